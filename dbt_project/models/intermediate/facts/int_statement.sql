-- Grain: one row per position taken that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_statement_as_known') }}
