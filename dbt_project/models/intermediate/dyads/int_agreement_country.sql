-- Grain: one row per agreement and country that is a party to it, itself or through an organisation, as it is known today.
{{ config(materialized='view') }}
select * exclude (state_id, is_current)
from {{ ref('int_agreement_country_as_known') }}
where is_current
