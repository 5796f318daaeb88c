-- Grain: one row per organisation and day of which a list of its members is held.
{{ config(materialized='view') }}
select * exclude (state_id, is_current)
from {{ ref('int_membership_list_as_known') }}
where is_current
