-- Grain: one row per dyad and agreement that was signed; one without a dyad where no two countries are parties.
-- Signed once, when the first party signed. What is intended, hypothetical or negated was not signed.
with signatures as (
    select agreement_id, occurred_edtf, occurred_earliest, occurred_latest, modality, document_id, fact_id
    from {{ ref('fct_agreement_event') }}
    where event = 'signed' and modality in ('asserted', 'inferred') and evidence_class is distinct from 'machine_coded'
    qualify row_number() over (
        partition by agreement_id order by occurred_earliest nulls last, occurred_latest, modality, fact_id
    ) = 1
),

agreements as (
    select fact_id, agreement_id, title, instrument_type, coalesce(is_binding, binding_presumed) as is_binding
    from {{ ref('fct_agreement_lifecycle') }}
),

dyads as (
    select fact_id, dyad_code, country_a_code, country_b_code, via
    from {{ ref('bridge_fact_dyad') }}
    where fact_kind = 'agreement'
)

select
    {{ surrogate_key(['dyads.dyad_code', 'signatures.agreement_id']) }} as metric_key,
    dyads.dyad_code,
    dyads.country_a_code,
    dyads.country_b_code,
    dyads.via,
    signatures.agreement_id,
    agreements.title,
    agreements.instrument_type,
    agreements.is_binding,
    signatures.occurred_edtf as signed_edtf,
    signatures.occurred_earliest as signed_earliest,
    signatures.occurred_latest as signed_latest,
    {{ year_of('signatures.occurred_earliest', 'signatures.occurred_latest') }} as year,
    signatures.modality,
    signatures.document_id,
    cast(1 as bigint) as agreements_signed
from signatures
inner join agreements on signatures.agreement_id = agreements.agreement_id
left join dyads on agreements.fact_id = dyads.fact_id
