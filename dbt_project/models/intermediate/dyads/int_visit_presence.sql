-- Grain: one row per visit that another meeting is a part of and country that was present at it, as it is known today.
select meeting_id, country_code, via, relation
from {{ ref('int_meeting_presence_as_known') }}
where
    is_current
    and meeting_id in (
        select meeting_id from {{ ref('int_meeting_as_known') }} where is_home and is_current and kind = 'visit'
    )
    and meeting_id in (select parent_meeting_id from {{ ref('int_meeting_as_known') }} where is_home)
