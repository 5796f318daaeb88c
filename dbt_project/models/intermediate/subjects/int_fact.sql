-- Grain: one row per fact of any kind, with who says so and how surely.
{# the column that dates the fact, none where the kind has no date -#}
{% set kinds = {
    'document': ('int_document', 'published'),
    'organization': ('int_organization', none),
    'person_office': ('int_person_office', 'held'),
    'alias': ('int_alias', none),
    'external_id': ('int_external_id', none),
    'agreement': ('int_agreement', none),
    'agreement_party': ('int_agreement_party', none),
    'agreement_event': ('int_agreement_event', 'occurred'),
    'meeting': ('int_meeting', 'started'),
    'meeting_event': ('int_meeting_event', 'occurred'),
    'meeting_participation': ('int_meeting_participation', none),
    'trade': ('int_trade_observation', 'period'),
    'exchange_rate': ('int_exchange_rate', 'period'),
    'indicator': ('int_indicator', 'period'),
    'membership': ('int_membership_event', 'occurred'),
    'membership_listing': ('int_membership_listing', 'valid_on'),
    'statement': ('int_statement', 'made'),
    'project_event': ('int_project_event', 'occurred'),
    'link': ('int_link', none),
    'topic': ('int_topic', none),
} -%}
{% set by = {} -%}
{% for table, _ in kinds.values() %}{% do by.update({table_behind(table): ['fact_id']}) %}{% endfor -%}
{{ config(meta={'keyed': {'key': ['fact_id'], 'by': by}}) }}
{% for fact_kind, (table, date) in kinds.items() %}
select
    '{{ fact_kind }}' as fact_kind,
    fact_id,
    document_id,
    locator,
    modality,
    claim_count,
    has_conflict,
    evidence_class,
    winning_claim_id,
    winning_feed,
    published_from,
    recorded_from,
    {{ 'true' if date else 'false' }} as has_date,
    {{ date ~ '_edtf' if date else 'cast(null as varchar)' }} as occurred_edtf
from {{ ref(table) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
