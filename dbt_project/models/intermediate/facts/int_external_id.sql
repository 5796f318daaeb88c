-- Grain: one row per id elsewhere that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_external_id_as_known') }}
