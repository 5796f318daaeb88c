-- Grain: one row per fact and subject that shows something of it, where it is not at home: where an agreement was concluded,
-- and the parts of a meeting.
with links as (
    select fact_id, subject_id as agreement_reference, object_id as meeting_reference
    from {{ ref('int_link_claim') }}
    where relation = 'concluded_at' and subject_kind = 'agreement' and object_kind = 'meeting'
    union all
    select fact_id, object_id as agreement_reference, subject_id as meeting_reference
    from {{ ref('int_link_claim') }}
    where relation = 'concluded_at' and subject_kind = 'meeting' and object_kind = 'agreement'
),

referenced as (
    select agreement_reference as reference from links
    union
    select meeting_reference as reference from links
),

homes as (
    select * from {{ ref('int_subject_home') }} where fact_kind in ('agreement', 'meeting')
),

-- a link may name an agreement or a meeting by its id or by its fact_id
references_to_homes as (
    select homes.subject_kind, homes.subject_id, referenced.reference
    from homes
    inner join referenced on homes.fact_id = referenced.reference
    union
    select homes.subject_kind, homes.subject_id, referenced.reference
    from homes
    inner join referenced on homes.subject_id = referenced.reference
),

conclusions as (
    select distinct
        links.fact_id,
        agreements.subject_id as agreement_id,
        meetings.subject_id as meeting_id
    from links
    inner join references_to_homes as agreements
        on agreements.subject_kind = 'agreement' and links.agreement_reference = agreements.reference
    left join references_to_homes as meetings
        on meetings.subject_kind = 'meeting' and links.meeting_reference = meetings.reference
)

select 'link' as fact_kind, fact_id, 'agreement' as subject_kind, agreement_id as subject_id from conclusions
union
select 'meeting' as fact_kind, meetings.fact_id, 'agreement' as subject_kind, conclusions.agreement_id as subject_id
from conclusions
inner join homes as meetings on meetings.fact_kind = 'meeting' and conclusions.meeting_id = meetings.subject_id
union
select 'meeting' as fact_kind, fact_id, 'meeting' as subject_kind, parent_meeting_id as subject_id
from {{ ref('int_meeting_claim') }}
where parent_meeting_id is not null
