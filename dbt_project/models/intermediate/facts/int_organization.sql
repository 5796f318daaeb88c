-- Grain: one row per organisation that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_organization_as_known') }}
