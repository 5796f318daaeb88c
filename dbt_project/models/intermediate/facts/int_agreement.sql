-- Grain: one row per agreement that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_agreement_as_known') }}
