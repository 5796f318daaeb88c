-- Grain: one row per version of a country's name, and one each for the unknown country and for what is none.
with versions as (
    select * from {{ ref('stg_country') }}
),

countries as (
    select
        country_code,
        valid_from,
        valid_to,
        name,
        official_name,
        alpha_2,
        alpha_3,
        numeric_code,
        kind,
        is_current_state,
        began_edtf,
        ended_edtf,
        successor_codes,
        coalesce(rollup_code, country_code) as rollup_code
    from versions

    union all by name

    select
        unnest(['unknown', 'not_a_country']) as country_code,
        date '0001-01-01' as valid_from,
        date '9999-12-31' as valid_to,
        unnest(['Unknown country', 'Not a country']) as name,
        unnest(['unknown', 'not_a_country']) as kind,
        false as is_current_state,
        unnest(['unknown', 'not_a_country']) as rollup_code
)

select
    {{ surrogate_key(['country_code', 'valid_from']) }} as country_key,
    country_code,
    valid_from,
    valid_to,
    valid_to = max(valid_to) over (partition by country_code) as is_current,
    name,
    official_name,
    alpha_2,
    alpha_3,
    numeric_code,
    kind,
    is_current_state,
    began_edtf,
    ended_edtf,
    successor_codes,
    rollup_code
from countries
order by country_code, valid_from
