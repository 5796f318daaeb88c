-- Grain: one row per accepted row that claims an agreement, of any feed that records agreements.
with identified as (
    select
        reported.* exclude (agreement_id, parent_agreement_id, given_fact_id),
        {{ identified('agreement_id', 'reported', in_key=true) }},
        {{ identified('parent_agreement_id', 'reported') }},
        {{ identified_fact_id('agreement_id', 'reported') }},
        {{ identity_era(['agreement_id']) }}
    from {{ ref('int_agreement_reported') }} as reported
    {{ join_identity("'agreement'", 'agreement_id', 'reported', in_key=true) }}
    {{ join_identity("'agreement'", 'parent_agreement_id', 'reported') }}
),

native_claims as (
    {% call claims(
        'identified', none, 'agreement',
        ['agreement_id'],
        [
            'agreement_id', 'title', 'instrument_type', 'is_binding', 'place', 'registration', 'text_url',
            'parent_agreement_id', 'parent_relation', 'reported_agreement_id'
        ],
        reported_key=['reported_agreement_id'],
        has_era=true
    ) %}
        agreement_id,
        reported_agreement_id,
        title,
        instrument_type,
        is_binding,
        place,
        registration,
        text_url,
        parent_agreement_id,
        parent_relation
    {% endcall %}
)

select * from native_claims
