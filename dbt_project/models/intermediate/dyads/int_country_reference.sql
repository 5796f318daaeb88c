-- Grain: one row per text by which a link, a topic or a statement may name a country: `scheme:code`, or the bare code.
with codes as (
    select scheme || ':' || code as reference, country_code, valid_to from {{ ref('stg_country_code') }}
),

countries as (
    select distinct country_code as reference, country_code, date '9999-12-31' as valid_to from {{ ref('stg_country') }}
),

all_references as (
    select * from codes
    union all
    select * from countries
)

select reference, arg_max(country_code, valid_to) as country_code
from all_references
where country_code is not null
group by reference
