-- Grain: one row per agreement that was recorded, or that a fact names though nobody has recorded it.
{{ config(meta={'keyed': {
    'key': ['agreement_id'],
    'by': {'int_agreement_as_known': ['agreement_id'], 'int_agreement_named': ['agreement_id']},
}}) }}
with recorded as (
    select *
    from {{ ref('int_agreement') }}
    qualify row_number() over (partition by agreement_id order by fact_id) = 1
),

agreements as (
    select
        agreement_id,
        title,
        instrument_type,
        is_binding,
        place,
        registration,
        text_url,
        parent_agreement_id,
        parent_relation,
        fact_id,
        document_id,
        claim_count,
        has_conflict,
        true as is_delivered
    from recorded

    union all by name

    select agreement_id, false as is_delivered
    from {{ ref('int_agreement_named') }}
),

instrument_types as (
    select instrument_type, name, binding_presumed from {{ ref('instrument_types') }}
)

select
    {{ surrogate_key(['agreements.agreement_id']) }} as agreement_key,
    agreements.agreement_id,
    coalesce(agreements.title, agreements.agreement_id) as title,
    coalesce(agreements.instrument_type, 'unknown') as instrument_type,
    coalesce(instrument_types.name, 'Unknown') as instrument_name,
    agreements.is_binding,
    instrument_types.binding_presumed,
    agreements.place,
    {{ place_key('agreements.place') }} as place_key,
    agreements.registration,
    agreements.text_url,
    agreements.parent_agreement_id,
    agreements.parent_relation,
    agreements.is_delivered,
    agreements.fact_id,
    agreements.document_id,
    cast(coalesce(agreements.claim_count, 0) as bigint) as claim_count,
    coalesce(agreements.has_conflict, false) as has_conflict
from agreements
left join instrument_types on agreements.instrument_type = instrument_types.instrument_type
order by agreements.agreement_id
