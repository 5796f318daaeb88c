-- Grain: one row per statement, side and country: who speaks, and whom it concerns, as it is known today.
{{ config(materialized='view') }}
select * exclude (state_id, is_current)
from {{ ref('int_statement_country_as_known') }}
where is_current
