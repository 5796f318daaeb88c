-- Grain: one row per topic of a fact that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_topic_as_known') }}
