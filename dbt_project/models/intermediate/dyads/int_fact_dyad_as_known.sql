-- Grain: one row per state of knowledge, fact and unordered pair of countries that it concerned.
-- A country that is there itself wins over one that is there through an organisation. Countries that are there only as
-- members of the same bloc are one side of the fact, and no dyad of it.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {'int_fact_country_as_known': ['state_id']},
}}) }}
with countries as (
    select state_id, is_current, fact_kind, fact_id, side, country_code, via from {{ ref('int_fact_country_as_known') }}
),

met as (
    select
        one.state_id,
        one.is_current,
        one.fact_kind,
        one.fact_id,
        least(one.country_code, other.country_code) as country_a_code,
        greatest(one.country_code, other.country_code) as country_b_code,
        case when one.country_code < other.country_code then one.via else other.via end as via_a,
        case when one.country_code < other.country_code then other.via else one.via end as via_b
    from countries as one
    inner join countries as other
        on {{ same_key(['state_id', 'fact_kind', 'fact_id'], 'one', 'other') }}
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
        partition by state_id, fact_kind, fact_id, country_a_code, country_b_code
        order by (via_a is not null)::integer + (via_b is not null)::integer, via_a nulls first, via_b nulls first
    ) = 1
)

select
    state_id,
    is_current,
    fact_kind,
    fact_id,
    {{ dyad_code('country_a_code', 'country_b_code') }} as dyad_code,
    country_a_code,
    country_b_code,
    -- concat_ws gives an empty text where both are there themselves
    nullif(concat_ws(', ', via_a, via_b), '') as via,
    via_a,
    via_b
from pairs
