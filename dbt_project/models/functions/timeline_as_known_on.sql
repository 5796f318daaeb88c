-- Grain: one row per dyad and fact, as it was known at the end of a day (UTC): the columns of mart_dyad_timeline.
{{ config(materialized='table_function', parameters=['day', "basis := 'published'"]) }}
{{ as_known_on('timeline_version') }}
