-- Grain: one row per scheme, code and time in which the code meant one country.
with codes as (
    select * from {{ ref('stg_country_code') }}
),

countries as (
    select country_code, name from {{ ref('dim_country') }} where is_current
)

select
    {{ surrogate_key(['codes.scheme', 'codes.code', 'codes.valid_from']) }} as country_code_key,
    codes.scheme,
    codes.code,
    codes.valid_from,
    codes.valid_to,
    countries.country_code,
    countries.name as country_name,
    codes.is_default
from codes
left join countries on coalesce(codes.country_code, 'not_a_country') = countries.country_code
order by codes.scheme, codes.code, codes.valid_from
