-- Grain: one row per human decision on identity
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_decision_as_known') }}
