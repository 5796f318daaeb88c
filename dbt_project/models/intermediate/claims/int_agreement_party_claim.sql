-- Grain: one row per accepted row that claims a party to an agreement: of any feed that records agreements, or each of
-- the two countries of a signature that a machine read out of the news.
{{ config(meta={'keyed': {
    'key': ['agreement_id'], 'by': {'int_agreement_party_claim_recorded': ['agreement_id'], 'int_reported_event_claim': ['reported_id']},
}}) }}
with reported_sides as (
    select
        *,
        reported_id as agreement_id,
        reported_id as reported_agreement_id,
        unnest([country_a_code, country_b_code]) as party_code,
        unnest([country_a_name, country_b_name]) as party_reported
    from {{ ref('int_reported_event_claim') }}
    where is_agreement
),

reported_claims as (
    {% call claims(
        'reported_sides', 'gdelt_events', 'agreement_party', ['agreement_id', 'party_code'],
        ['agreement_id', 'party_code', 'party_reported']
    ) %}
        agreement_id,
        reported_agreement_id,
        'country' as party_kind,
        party_code,
        party_reported
    {% endcall %}
)

select * from {{ ref('int_agreement_party_claim_recorded') }}
union all by name
select * from reported_claims
