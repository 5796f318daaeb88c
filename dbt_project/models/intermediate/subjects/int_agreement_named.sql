-- Grain: one row per agreement that a fact names though nobody has recorded it.
with pointed_at as (
    {{ pointed_at('agreement') }}
),

named as (
    select agreement_id from {{ ref('int_agreement_side_as_known') }} where is_current
    union all
    select agreement_id from {{ ref('int_agreement_event') }}
    union all
    select parent_agreement_id from {{ ref('int_agreement') }}
    union all
    -- what points at an agreement may name it by its fact_id: that is no other agreement
    select reference from pointed_at where reference not in (select fact_id from {{ ref('int_agreement') }})
)

select distinct agreement_id
from named
where agreement_id is not null and agreement_id not in (select agreement_id from {{ ref('int_agreement') }})
