-- Grain: one row per fact and unordered pair of countries that it concerns.
-- A country that is there itself wins over one that is there through an organisation. Countries that are there only as
-- members of the same bloc are one side of the fact, and no dyad of it.
with countries as (
    select fact_kind, fact_id, side, country_code, via from {{ ref('int_fact_country') }}
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
),

met as (
    select
        one.fact_kind,
        one.fact_id,
        least(one.country_code, other.country_code) as country_a_code,
        greatest(one.country_code, other.country_code) as country_b_code,
        case when one.country_code < other.country_code then one.via else other.via end as via_a,
        case when one.country_code < other.country_code then other.via else one.via end as via_b
    from countries as one
    inner join countries as other
        on one.fact_kind = other.fact_kind
        and one.fact_id = other.fact_id
        and one.country_code <> other.country_code
        and (
            (one.side = 'from' and other.side = 'towards')
            or (one.side = 'together' and other.side = 'together' and one.country_code < other.country_code)
        )
    where one.via is null or other.via is null or one.via <> other.via
),

pairs as (
    select *
    from met
    qualify row_number() over (
        partition by fact_kind, fact_id, country_a_code, country_b_code
        order by (via_a is not null)::integer + (via_b is not null)::integer, via_a nulls first, via_b nulls first
    ) = 1
)

select
    pairs.fact_id,
    pairs.fact_kind,
    {{ dyad_code('pairs.country_a_code', 'pairs.country_b_code') }} as dyad_code,
    pairs.country_a_code,
    pairs.country_b_code,
    -- concat_ws gives an empty text where both are there themselves
    nullif(concat_ws(', ', pairs.via_a, pairs.via_b), '') as via,
    pairs.via_a,
    pairs.via_b,
    facts.document_id,
    facts.modality,
    facts.claim_count,
    facts.has_conflict,
    facts.evidence_class
from pairs
inner join facts on pairs.fact_kind = facts.fact_kind and pairs.fact_id = facts.fact_id
order by dyad_code, fact_kind, fact_id
