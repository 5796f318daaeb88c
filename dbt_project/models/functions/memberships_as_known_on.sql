-- Grain: one row per spell of a membership, as it was known at the end of a day (UTC): the columns of fct_membership_spell.
{{ config(materialized='table_function', parameters=['day', "basis := 'published'"]) }}
{{ as_known_on('membership_version', rename='is_running as is_current') }}
