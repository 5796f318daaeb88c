-- Grain: one row per accepted row that claims a step in the life of an agreement: of any feed that records agreements,
-- or the first row of a signature that a machine read out of the news.
{{ config(meta={'keyed': {
    'key': ['agreement_id'], 'by': {'int_agreement_event_claim_recorded': ['agreement_id'], 'int_reported_event_claim': ['reported_id']},
}}) }}
with reported_signatures as (
    select *, reported_id as agreement_id, reported_id as reported_agreement_id, 'signed' as event
    from {{ ref('int_reported_event_claim') }}
    where is_agreement
),

reported_claims as (
    {% call claims(
        'reported_signatures', 'gdelt_events', 'agreement_event', ['agreement_id', 'event'], ['agreement_id', 'event', 'occurred_edtf']
    ) %}
        agreement_id,
        reported_agreement_id,
        event,
        occurred_edtf,
        occurred_earliest,
        occurred_latest,
        occurred_precision,
        occurred_is_approximate,
        occurred_is_uncertain
    {% endcall %}
)

select * from {{ ref('int_agreement_event_claim_recorded') }}
union all by name
select * from reported_claims
