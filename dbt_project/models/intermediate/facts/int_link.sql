-- Grain: one row per edge between two facts
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_link_as_known') }}
