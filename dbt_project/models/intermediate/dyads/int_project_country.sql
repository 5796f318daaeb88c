-- Grain: one row per project and country that takes part in it: where it is built, and who is linked to it, as it is known today.
{{ config(materialized='view') }}
select * exclude (state_id, is_current)
from {{ ref('int_project_country_as_known') }}
where is_current
