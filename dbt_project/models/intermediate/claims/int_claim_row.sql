-- Grain: one row per accepted row, fact that it claims and era of identity in which it does, all feeds in one shape.
{% set models = [
    'int_document_claim', 'int_organization_claim', 'int_person_office_claim', 'int_alias_claim', 'int_external_id_claim',
    'int_agreement_claim', 'int_agreement_party_claim', 'int_agreement_event_claim', 'int_meeting_claim',
    'int_meeting_event_claim', 'int_meeting_participation_claim', 'int_trade_observation_claim',
    'int_exchange_rate_claim', 'int_indicator_claim', 'int_membership_event_claim', 'int_membership_listing_claim',
    'int_statement_claim', 'int_project_event_claim', 'int_link_claim', 'int_topic_claim', 'int_decision_claim'
] %}
{%- set by = {} %}
{%- for model in models %}{% do by.update({model: ['fact_kind', 'fact_id']}) %}{% endfor %}
{{ config(meta={'keyed': {'key': ['fact_kind', 'fact_id'], 'by': by}}) }}
with claims as (
    {%- for model in models %}
    select
        feed, fact_kind, fact_id, row_id, document_id, locator, modality, attributed_to, confidence, is_retraction,
        recorded_at, delivery_id, file_sha256, row_number, raw_key, attributes, identity_era,
        {{ 'decided_at' if model == 'int_decision_claim' else 'cast(null as timestamp)' }} as asserted_at
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    *,
    {{ era_key() }} as era_key,
    -- what makes a version: what is claimed and how, not when or where it was recorded
    {{ surrogate_key(['attributes', 'document_id', 'locator', 'modality', 'attributed_to', 'confidence']) }} as content_hash
from claims
