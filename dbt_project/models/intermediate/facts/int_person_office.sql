-- Grain: one row per person in an office, for the time they held it
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_person_office_as_known') }}
