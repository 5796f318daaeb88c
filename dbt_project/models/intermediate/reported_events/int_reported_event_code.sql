-- Grain: one row per column of `gdelt_events` in which a country stands and code in it, with the country that it means.
with counted as (
    {%- for column in country_mentions()['gdelt_events'] %}
    select
        '{{ column }}' as column_name,
        {{ column }}_reported as reported,
        count(*) as row_count
    from {{ ref('stg_gdelt_events') }}
    where {{ column }}_reported is not null
    group by {{ column }}_reported
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select counted.column_name, counted.reported, counted.row_count, countries.country_code
from counted
inner join {{ ref('int_reported_country') }} as countries
    on countries.feed = 'gdelt_events' and counted.reported = countries.reported
