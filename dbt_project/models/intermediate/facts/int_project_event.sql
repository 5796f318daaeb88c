-- Grain: one row per step in a joint project
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_project_event_as_known') }}
