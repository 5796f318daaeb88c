-- Grain: one row per step in a membership that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_membership_event_as_known') }}
