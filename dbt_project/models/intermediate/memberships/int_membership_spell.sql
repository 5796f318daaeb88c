-- Grain: one row per uninterrupted time in which somebody stood in one status to an organisation, as it is known today.
{{ config(materialized='view') }}
select * exclude (state_id, is_current) rename (is_running as is_current)
from {{ ref('int_membership_spell_as_known') }}
where is_current
