-- Grain: one row per dyad and statement that was made; one without a dyad where it concerns no two countries.
with statements as (
    select
        fact_id,
        statement_id,
        on_behalf_of_code,
        stance,
        target_kind,
        target_id,
        made_edtf,
        made_earliest,
        made_latest,
        modality,
        document_id
    from {{ ref('fct_statement') }}
    where modality in ('asserted', 'inferred') and evidence_class is distinct from 'machine_coded'
),

dyads as (
    select fact_id, dyad_code, country_a_code, country_b_code, via
    from {{ ref('bridge_fact_dyad') }}
    where fact_kind = 'statement'
)

select
    {{ surrogate_key(['dyads.dyad_code', 'statements.statement_id']) }} as metric_key,
    dyads.dyad_code,
    dyads.country_a_code,
    dyads.country_b_code,
    dyads.via,
    statements.statement_id,
    statements.on_behalf_of_code,
    statements.stance,
    statements.target_kind,
    statements.target_id,
    statements.made_edtf,
    statements.made_earliest,
    statements.made_latest,
    {{ year_of('statements.made_earliest', 'statements.made_latest') }} as year,
    statements.modality,
    statements.document_id,
    cast(1 as bigint) as statements_made
from statements
left join dyads on statements.fact_id = dyads.fact_id
