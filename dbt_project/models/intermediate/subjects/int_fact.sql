-- Grain: one row per fact of any kind, with who says so and how surely.
{% set tables = {
    'document': 'int_document',
    'organization': 'int_organization',
    'person_office': 'int_person_office',
    'alias': 'int_alias',
    'external_id': 'int_external_id',
    'agreement': 'int_agreement',
    'agreement_party': 'int_agreement_party',
    'agreement_event': 'int_agreement_event',
    'meeting': 'int_meeting',
    'meeting_event': 'int_meeting_event',
    'meeting_participation': 'int_meeting_participation',
    'trade': 'int_trade_observation',
    'exchange_rate': 'int_exchange_rate',
    'indicator': 'int_indicator',
    'membership': 'int_membership_event',
    'membership_listing': 'int_membership_listing',
    'statement': 'int_statement',
    'project_event': 'int_project_event',
    'link': 'int_link',
    'topic': 'int_topic',
} -%}
{% for fact_kind, table in tables.items() %}
select
    '{{ fact_kind }}' as fact_kind,
    fact_id,
    document_id,
    locator,
    modality,
    claim_count,
    has_conflict,
    evidence_class,
    published_from,
    recorded_from
from {{ ref(table) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
