-- Grain: one row per meeting and country that took part in it, itself or through an organisation, as it is known today.
{{ config(materialized='view') }}
select * exclude (state_id, is_current)
from {{ ref('int_meeting_country_as_known') }}
where is_current
