-- Grain: one row per member on a complete list
-- that a claim which stands today asserts: the fact that the claims resolve to.
{{ config(materialized='view') }}
{{ current_facts('int_membership_listing_as_known') }}
