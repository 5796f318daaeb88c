-- Grain: one row per accepted row that claims a step in the life of an agreement, of any feed that records agreements.
with identified as (
    select
        reported.* exclude (agreement_id, given_fact_id),
        {{ identified('agreement_id', 'reported', in_key=true) }},
        {{ identified_fact_id('agreement_id', 'reported') }},
        {{ identity_era(['agreement_id']) }}
    from {{ ref('int_agreement_event_reported') }} as reported
    {{ join_identity("'agreement'", 'agreement_id', 'reported', in_key=true) }}
),

{{ dated_steps(
    'identified', ['agreement_id', key_of_reported('party_code', 'party_reported'), 'event'],
    recurring=['extended', 'amended', 'reservation', 'suspended', 'suspension_lifted'],
    told_by=['reported_agreement_id', 'document_id', 'delivery_id'], has_era=true
) }},

native_claims as (
    {% call claims(
        'dated', none, 'agreement_event',
        ['agreement_id', key_of_reported('party_code', 'party_reported'), 'event', 'occurrence'],
        [
            'agreement_id', 'party_code', 'party_reported', 'event', 'occurred_edtf', 'effective_edtf',
            'reported_agreement_id'
        ],
        reported_key=['reported_agreement_id', key_of_reported('party_code', 'party_reported'), 'event', 'occurrence'],
        has_era=true
    ) %}
        agreement_id,
        reported_agreement_id,
        party_kind,
        party_code,
        party_reported,
        event,
        occurred_edtf,
        occurred_earliest,
        occurred_latest,
        occurred_precision,
        occurred_is_approximate,
        occurred_is_uncertain,
        effective_edtf,
        effective_earliest,
        effective_latest,
        effective_precision,
        effective_is_approximate,
        effective_is_uncertain
    {% endcall %}
)

select * from native_claims
