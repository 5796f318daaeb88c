-- Grain: one row per normalised name, with the one country it means, or why it means none.
-- The best tier decides: people's own aliases (0), decisions of the naming policy (1), English names (2), then other
-- languages and collections (3 to 6). Two countries in the best tier make the name ambiguous.
with published_names as (
    select normalised_name, tier, country_code, status from {{ ref('int_published_country_name') }}
),

recorded_aliases as (
    select * from {{ ref('int_standing_alias') }}
),

-- the target of an alias is a code: `iso3:PAK`, or the bare country code
aliases as (
    select
        {{ normalised_name('aliases.alias') }} as normalised_name,
        0 as tier,
        coalesce(codes.country_code, countries.country_code) as country_code,
        'country' as status
    from recorded_aliases as aliases
    left join {{ ref('int_country_code') }} as codes
        on {{ country_code_text("split_part(aliases.id, ':', 1)", "split_part(aliases.id, ':', 2)") }} = codes.coded
    left join (select distinct country_code from {{ ref('stg_country') }}) as countries
        on upper(aliases.id) = countries.country_code
    where aliases.kind = 'country'
),

names as (
    select * from published_names
    union all by name
    select * from aliases where country_code is not null
),

best_tier as (
    select normalised_name, min(tier) as tier
    from names
    where normalised_name is not null
    group by normalised_name
),

decided as (
    select
        names.normalised_name,
        names.tier,
        count(distinct names.country_code) as country_count,
        min(names.country_code) as country_code,
        bool_or(names.status = 'ambiguous') as is_ambiguous,
        bool_or(names.status = 'not_a_country') as is_not_a_country
    from names
    inner join best_tier on names.normalised_name = best_tier.normalised_name and names.tier = best_tier.tier
    group by names.normalised_name, names.tier
)

select
    normalised_name,
    case
        when is_not_a_country then 'not_a_country'
        when is_ambiguous or country_count <> 1 then 'unknown'
        else country_code
    end as country_code,
    tier
from decided
