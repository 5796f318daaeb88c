-- Grain: one row per fact and subject that it tells of. What is known of a subject changes where one of its facts does.
-- An agreement is known with its parties and its steps, a meeting with its participants, the memberships of an
-- organisation together, since a list of members speaks of them all, a project with its steps. Any other fact is a subject of its own.
{#- fact kind → the subject that it is known with: kind, model of its claims, column with the subject's id -#}
{%- set families = {
    'agreement': ('agreement', 'int_agreement_claim', 'agreement_id'),
    'agreement_party': ('agreement', 'int_agreement_party_claim', 'agreement_id'),
    'agreement_event': ('agreement', 'int_agreement_event_claim', 'agreement_id'),
    'meeting': ('meeting', 'int_meeting_claim', 'meeting_id'),
    'meeting_event': ('meeting', 'int_meeting_event_claim', 'meeting_id'),
    'meeting_participation': ('meeting', 'int_meeting_participation_claim', 'meeting_id'),
    'membership': ('membership', 'int_membership_event_claim', 'organization_id'),
    'membership_listing': ('membership', 'int_membership_listing_claim', 'organization_id'),
    'project_event': ('project', 'int_project_event_claim', 'project_id'),
} %}
with facts as (
    select distinct fact_kind, fact_id from {{ ref('int_claim_version') }}
),

-- a fact whose claims name two subjects is known with one of them
members as (
    {%- for fact_kind, (subject_kind, model, id) in families.items() %}
    select '{{ fact_kind }}' as fact_kind, fact_id, '{{ subject_kind }}' as subject_kind, min({{ id }}) as subject_id
    from {{ ref(model) }}
    group by fact_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

homes as (
    select
        facts.fact_kind,
        facts.fact_id,
        coalesce(members.subject_kind, facts.fact_kind) as subject_kind,
        coalesce(members.subject_id, facts.fact_id) as subject_id
    from facts
    left join members on facts.fact_kind = members.fact_kind and facts.fact_id = members.fact_id
),

-- a link may name an agreement or a meeting by its id or by its fact_id
references_to_homes as (
    select subject_kind, subject_id, fact_id as reference from homes where fact_kind in ('agreement', 'meeting')
    union
    select subject_kind, subject_id, subject_id as reference from homes where fact_kind in ('agreement', 'meeting')
),

conclusions as (
    select distinct
        links.fact_id,
        agreements.subject_id as agreement_id,
        meetings.subject_id as meeting_id
    from (
        select fact_id, subject_id as agreement_reference, object_id as meeting_reference
        from {{ ref('int_link_claim') }}
        where relation = 'concluded_at' and subject_kind = 'agreement' and object_kind = 'meeting'
        union all
        select fact_id, object_id as agreement_reference, subject_id as meeting_reference
        from {{ ref('int_link_claim') }}
        where relation = 'concluded_at' and subject_kind = 'meeting' and object_kind = 'agreement'
    ) as links
    inner join references_to_homes as agreements
        on agreements.subject_kind = 'agreement' and links.agreement_reference = agreements.reference
    left join references_to_homes as meetings
        on meetings.subject_kind = 'meeting' and links.meeting_reference = meetings.reference
),

-- what a subject shows of others: where an agreement was concluded, and the parts of a meeting
guests as (
    select 'link' as fact_kind, fact_id, 'agreement' as subject_kind, agreement_id as subject_id from conclusions
    union
    select 'meeting' as fact_kind, meetings.fact_id, 'agreement' as subject_kind, conclusions.agreement_id as subject_id
    from conclusions
    inner join homes as meetings on meetings.fact_kind = 'meeting' and conclusions.meeting_id = meetings.subject_id
    union
    select 'meeting' as fact_kind, fact_id, 'meeting' as subject_kind, parent_meeting_id as subject_id
    from {{ ref('int_meeting_claim') }}
    where parent_meeting_id is not null
)

select subject_kind, subject_id, fact_kind, fact_id, true as is_home from homes
union all
select guests.subject_kind, guests.subject_id, guests.fact_kind, guests.fact_id, false as is_home
from guests
anti join homes
    on guests.subject_kind = homes.subject_kind
    and guests.subject_id = homes.subject_id
    and guests.fact_kind = homes.fact_kind
    and guests.fact_id = homes.fact_id
