-- Grain: one row per figure about a country or a pair of countries
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_indicator_as_known') }}
