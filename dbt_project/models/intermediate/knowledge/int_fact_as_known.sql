-- Grain: one row per state of knowledge and fact at home in it, of any kind, with what the claims that stood resolve to.
{%- set kinds = {
    'document': 'int_document_as_known',
    'organization': 'int_organization_as_known',
    'person_office': 'int_person_office_as_known',
    'alias': 'int_alias_as_known',
    'external_id': 'int_external_id_as_known',
    'agreement': 'int_agreement_as_known',
    'agreement_party': 'int_agreement_party_as_known',
    'agreement_event': 'int_agreement_event_as_known',
    'meeting': 'int_meeting_as_known',
    'meeting_event': 'int_meeting_event_as_known',
    'meeting_participation': 'int_meeting_participation_as_known',
    'trade': 'int_trade_observation_as_known',
    'exchange_rate': 'int_exchange_rate_as_known',
    'indicator': 'int_indicator_as_known',
    'membership': 'int_membership_event_as_known',
    'membership_listing': 'int_membership_listing_as_known',
    'statement': 'int_statement_as_known',
    'project_event': 'int_project_event_as_known',
    'link': 'int_link_as_known',
    'topic': 'int_topic_as_known',
    'decision': 'int_decision_as_known',
} %}
{%- set by = {} %}
{%- for model in kinds.values() %}{% do by.update({model: ['fact_id']}) %}{% endfor %}
{{ config(meta={'keyed': {'key': ['fact_id'], 'by': by}}) }}
{#- what a date's text already says, and who won: columns of their own, or none -#}
{%- set apart = '(_earliest|_latest|_precision|_is_approximate|_is_uncertain)$' %}
{%- set resolution = [
    'fact_id', 'state_id', 'is_home', 'is_current', 'document_id', 'locator', 'attributed_to', 'confidence', 'claim_count',
    'has_conflict', 'winning_claim_id', 'winning_reason', 'evidence_class', 'published_from', 'recorded_from'
] %}
{%- for fact_kind, model in kinds.items() %}
select
    '{{ fact_kind }}' as fact_kind,
    fact_id,
    state_id,
    is_current,
    document_id,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_reason,
    evidence_class,
    cast(to_json(struct_pack(*columns(
        lambda name: name not in ('{{ resolution | join("', '") }}') and not regexp_matches(name, '{{ apart }}')
    ))) as varchar) as attributes
from {{ ref(model) }}
where is_home
{{ 'union all' if not loop.last }}
{%- endfor %}
