-- Grain: one row per exchange rate that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_exchange_rate_as_known') }}
