-- Grain: one row per step in the life of an agreement
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_agreement_event_as_known') }}
