-- Grain: one row per step in the life of a meeting
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_meeting_event_as_known') }}
