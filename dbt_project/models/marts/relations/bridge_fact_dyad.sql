-- Grain: one row per fact and unordered pair of countries that it concerns.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {'int_fact_dyad_as_known': ['fact_kind', 'fact_id'], 'int_fact': ['fact_kind', 'fact_id']},
}}) }}
with dyads as (
    select * from {{ ref('int_fact_dyad_as_known') }} where is_current
),

facts as (
    select
        fact_kind,
        fact_id,
        document_id,
        modality,
        claim_count,
        has_conflict,
        evidence_class
    from {{ ref('int_fact') }}
)

select
    dyads.fact_id,
    dyads.fact_kind,
    dyads.dyad_code,
    dyads.country_a_code,
    dyads.country_b_code,
    dyads.via,
    dyads.via_a,
    dyads.via_b,
    facts.document_id,
    facts.modality,
    facts.claim_count,
    facts.has_conflict,
    facts.evidence_class
from dyads
inner join facts on dyads.fact_kind = facts.fact_kind and dyads.fact_id = facts.fact_id
order by dyads.dyad_code, dyads.fact_kind, dyads.fact_id
