-- Grain: one row per meeting that a fact names though nobody has recorded it; and the unknown one.
with pointed_at as (
    {{ pointed_at('meeting') }}
),

named as (
    select 'unknown' as meeting_id
    union all
    select meeting_id from {{ ref('int_meeting_participation') }}
    union all
    select meeting_id from {{ ref('int_meeting_event') }}
    union all
    select meeting_id from {{ ref('int_statement') }}
    union all
    select parent_meeting_id from {{ ref('int_meeting') }}
    union all
    -- what points at a meeting may name it by its fact_id: that is no other meeting
    select reference from pointed_at where reference not in (select fact_id from {{ ref('int_meeting') }})
)

select distinct meeting_id
from named
where meeting_id is not null and meeting_id not in (select meeting_id from {{ ref('int_meeting') }})
