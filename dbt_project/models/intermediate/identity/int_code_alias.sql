-- Grain: one row per kind of code and text that people say means one code of that kind.
with aliases as (
    select * from {{ ref('int_standing_alias') }}
)

select kind, lower(alias) as reported, min(code) as code
from (
    select
        kind,
        alias,
        case when kind in ('unit', 'topic') then lower(id) else upper(id) end as code
    from aliases
    where kind in ('currency', 'commodity', 'classification', 'unit', 'topic')
) as codes
group by kind, lower(alias)
having count(distinct code) = 1
