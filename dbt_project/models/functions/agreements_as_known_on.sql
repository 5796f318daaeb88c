-- Grain: one row per agreement, as it was known at the end of a day (UTC): the columns of fct_agreement_lifecycle.
{{ config(materialized='table_function', parameters=['day', "basis := 'published'"]) }}
{{ as_known_on('agreement_version', replace="cast(day as date) as status_as_of") }}
