-- Grain: one row per dyad, status and type of instrument.
-- Signatures that a machine read out of the news are no agreements here: `fct_reported_event` counts them.
with dyads as (
    select fact_id, dyad_code, via from {{ ref('bridge_fact_dyad') }} where fact_kind = 'agreement'
),

lifecycles as (
    select fact_id, agreement_id, instrument_type, is_binding, binding_presumed, status, is_status_inferred, modality
    from {{ ref('fct_agreement_lifecycle') }}
    where evidence_class is distinct from 'machine_coded'
)

select
    {{ surrogate_key(['dyads.dyad_code', 'lifecycles.status', 'lifecycles.instrument_type']) }} as agreement_pipeline_key,
    dyads.dyad_code,
    lifecycles.status,
    lifecycles.instrument_type,
    count(distinct lifecycles.agreement_id) as agreement_count,
    count(distinct lifecycles.agreement_id) filter (where modality = 'asserted' and not is_status_inferred)
        as asserted_agreement_count,
    count(distinct lifecycles.agreement_id) filter (where dyads.via is null) as direct_agreement_count,
    count(distinct lifecycles.agreement_id) filter (where coalesce(lifecycles.is_binding, lifecycles.binding_presumed))
        as binding_agreement_count
from lifecycles
inner join dyads on lifecycles.fact_id = dyads.fact_id
group by dyads.dyad_code, lifecycles.status, lifecycles.instrument_type
order by dyads.dyad_code, lifecycles.status, lifecycles.instrument_type
