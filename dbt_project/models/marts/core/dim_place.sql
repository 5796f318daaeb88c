-- Grain: one row per name of a place and the country in which a fact puts it; and the unknown place.
with namings as (
    select place, country_code from {{ ref('int_meeting') }}
    union all
    select place, country_code from {{ ref('int_project_event') }}
    union all
    select place, cast(null as varchar) as country_code from {{ ref('int_agreement') }}
),

places as (
    select
        {{ normalised_name('place') }} as normalised_place,
        coalesce(country_code, 'unknown') as country_code,
        mode(place order by place) as name,
        count(distinct place) as spelling_count
    from namings
    where {{ normalised_name('place') }} is not null
    group by {{ normalised_name('place') }}, coalesce(country_code, 'unknown')

    union all by name

    select 'unknown' as normalised_place, 'unknown' as country_code, 'Unknown place' as name, 0 as spelling_count
    where not exists (
        select 1 from namings
        where {{ normalised_name('place') }} = 'unknown' and coalesce(country_code, 'unknown') = 'unknown'
    )
),

countries as (
    select country_code, country_key, name from {{ ref('dim_country') }} where is_current
)

select
    {{ surrogate_key(['places.normalised_place', 'places.country_code']) }} as place_key,
    places.normalised_place,
    places.name,
    places.country_code,
    countries.name as country_name,
    countries.country_key,
    cast(places.spelling_count as bigint) as spelling_count
from places
left join countries on places.country_code = countries.country_code
order by places.country_code, places.name
