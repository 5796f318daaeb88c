-- Grain: one row per accepted row that claims an agreement: of any feed that records agreements, or the first row of a
-- signature that a machine read out of the news, which no rule and no decision makes another agreement's.
{{ config(meta={'keyed': {
    'key': ['agreement_id'], 'by': {'int_agreement_claim_recorded': ['agreement_id'], 'int_reported_event_claim': ['reported_id']},
}}) }}
with reported_agreements as (
    select *, reported_id as agreement_id, reported_id as reported_agreement_id
    from {{ ref('int_reported_event_claim') }}
    where is_agreement
),

reported_claims as (
    {% call claims('reported_agreements', 'gdelt_events', 'agreement', ['agreement_id'], ['agreement_id', 'title']) %}
        agreement_id,
        reported_agreement_id,
        title
    {% endcall %}
)

select * from {{ ref('int_agreement_claim_recorded') }}
union all by name
select * from reported_claims
