-- Grain: one row per somebody at a meeting
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_meeting_participation_as_known') }}
