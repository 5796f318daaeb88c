-- Grain: one row per fact and other id that leads to it: the id that an agreement or a meeting was recorded under, the id that
-- each of its facts would have alone, and the one that it had until a decision. With whether the fact stands today.
{%- set merged = {
    'agreement': ('int_agreement_claim', 'reported_agreement_id'),
    'agreement_party': ('int_agreement_party_claim', none),
    'agreement_event': ('int_agreement_event_claim', none),
    'meeting': ('int_meeting_claim', 'reported_meeting_id'),
} %}
{%- set by = {'int_claim_row': ['fact_kind', 'fact_id'], 'int_fact': ['fact_kind', 'fact_id']} %}
{%- for model, _ in merged.values() %}{% do by.update({model: ['fact_kind', 'fact_id']}) %}{% endfor %}
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'], 'by': by, 'through': {'int_claim': {'int_claim_row': {'row_id': 'row_id'}}},
}}) }}
with former as (
    {%- for fact_kind, (model, id) in merged.items() %}
    select fact_kind, fact_id, reported_fact_id as alias from {{ ref(model) }} where {{ era_key() }} = ''
    {%- if id %}
    union
    select fact_kind, fact_id, {{ id }} as alias from {{ ref(model) }} where {{ era_key() }} = ''
    {%- endif %}
    union
    {%- endfor %}
    -- what a claim was a claim of until a decision moved it
    select moved.fact_kind, claim_rows.fact_id, moved.fact_id as alias
    from {{ ref('int_claim') }} as moved
    inner join {{ ref('int_claim_row') }} as claim_rows
        on moved.row_id = claim_rows.row_id and moved.fact_kind = claim_rows.fact_kind and claim_rows.era_key = ''
    where not moved.is_of_today and moved.is_published_claim
)

select former.fact_kind, former.fact_id, former.alias, facts.fact_id is not null as is_current
from former
left join {{ ref('int_fact') }} as facts on former.fact_kind = facts.fact_kind and former.fact_id = facts.fact_id
where former.alias is not null
