-- Grain: one row per meeting that was recorded and that another one is a part of.
select meeting_id, title
from {{ ref('int_meeting') }}
where meeting_id in (select parent_meeting_id from {{ ref('int_meeting') }})
qualify row_number() over (partition by meeting_id order by fact_id) = 1
