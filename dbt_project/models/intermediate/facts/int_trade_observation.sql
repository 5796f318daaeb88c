-- Grain: one row per trade figure that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_trade_observation_as_known') }}
