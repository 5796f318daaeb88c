-- Grain: one row per agreement and party to it
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_agreement_party_as_known') }}
