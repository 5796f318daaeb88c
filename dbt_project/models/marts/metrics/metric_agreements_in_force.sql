-- Grain: one row per dyad and agreement that is in force as far as is known; one without a dyad where no two countries
-- are parties.
with agreements as (
    select
        fact_id,
        agreement_id,
        title,
        instrument_type,
        in_force_edtf,
        in_force_earliest,
        in_force_latest,
        is_ending_announced,
        is_status_inferred,
        document_id
    from {{ ref('fct_agreement_lifecycle') }}
    where status = 'in_force' and evidence_class is distinct from 'machine_coded'
),

dyads as (
    select fact_id, dyad_code, country_a_code, country_b_code, via
    from {{ ref('bridge_fact_dyad') }}
    where fact_kind = 'agreement'
)

select
    {{ surrogate_key(['dyads.dyad_code', 'agreements.agreement_id']) }} as metric_key,
    dyads.dyad_code,
    dyads.country_a_code,
    dyads.country_b_code,
    dyads.via,
    agreements.agreement_id,
    agreements.title,
    agreements.instrument_type,
    agreements.in_force_edtf,
    agreements.in_force_earliest,
    agreements.in_force_latest,
    agreements.is_ending_announced,
    agreements.is_status_inferred,
    agreements.document_id,
    cast(1 as bigint) as agreements_in_force
from agreements
left join dyads on agreements.fact_id = dyads.fact_id
