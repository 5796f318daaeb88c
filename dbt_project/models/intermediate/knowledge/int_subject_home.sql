-- Grain: one row per fact, with the subject that it is known with.
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
{%- set by = {'int_claim_version': ['fact_kind', 'fact_id']} %}
{%- for _, model, _ in families.values() %}{% do by.update({model: ['fact_kind', 'fact_id']}) %}{% endfor %}
{{ config(meta={'keyed': {'key': ['fact_kind', 'fact_id'], 'by': by}}) }}
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
)

select
    facts.fact_kind,
    facts.fact_id,
    coalesce(members.subject_kind, facts.fact_kind) as subject_kind,
    coalesce(members.subject_id, facts.fact_id) as subject_id
from facts
left join members on facts.fact_kind = members.fact_kind and facts.fact_id = members.fact_id
