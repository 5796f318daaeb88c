-- Grain: one row per meeting, as it was known at the end of a day (UTC): the columns of fct_meeting.
{{ config(materialized='table_function', parameters=['day', "basis := 'published'"]) }}
{{ as_known_on('meeting_version') }}
