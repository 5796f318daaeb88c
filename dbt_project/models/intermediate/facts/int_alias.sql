-- Grain: one row per another name of something
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_alias_as_known') }}
