-- Grain: one row per feed and text that stands where a country may stand, with the country it means.
-- The only place where a text becomes a country: what is added to the names resolves everywhere at the next build.
with mentions as (
    select cast(null as varchar) as feed, cast(null as varchar) as reported
    where false
    {%- for feed, columns in country_mentions().items() %}
    {%- if feed == 'gdelt_events' %}
    union
    select '{{ feed }}' as feed, reported from {{ ref('int_reported_event_mention') }}
    {%- else %}
    {%- for column in columns %}
    union
    select '{{ feed }}' as feed, {{ column }}_reported as reported from {{ ref('stg_' ~ feed) }}
    {%- endfor %}
    {%- endif %}
    {%- endfor %}
),

reported as (
    select
        feed,
        reported,
        {{ normalised_name('reported') }} as normalised_name,
        regexp_matches(reported, '^[a-z0-9_]+:[A-Za-z0-9_-]+$') as is_coded
    from mentions
    where reported is not null
),

codes as (
    select coded, code, scheme, country_code from {{ ref('int_country_code') }}
),

-- a bare ISO code, in capitals; any other bare code could be of several schemes
bare_codes as (
    select code, min(country_code) as country_code
    from codes
    where scheme in ('iso3', 'iso2')
    group by code
),

source_aliases as (
    select feed, {{ normalised_name('name') }} as normalised_name, min(country_code) as country_code
    from {{ ref('stg_country_source_alias') }}
    group by all
)

select
    reported.feed,
    reported.reported,
    case
        -- a code that no table has may be told by an alias; one that a table has means what it says there
        when reported.is_coded
            then coalesce(codes.country_code, case when names.tier = 0 then names.country_code end, 'unknown')
        -- what people and the naming policy decided comes before a bare code: `NA` is mostly "not available"
        else coalesce(
            source_aliases.country_code,
            case when names.tier <= 1 then names.country_code end,
            bare_codes.country_code,
            names.country_code,
            'unknown'
        )
    end as country_code
from reported
left join codes
    on reported.is_coded
    and {{ country_code_text("split_part(reported.reported, ':', 1)", "split_part(reported.reported, ':', 2)") }} = codes.coded
left join bare_codes on reported.reported = bare_codes.code
left join source_aliases
    on reported.feed = source_aliases.feed and reported.normalised_name = source_aliases.normalised_name
left join {{ ref('int_country_name') }} as names on reported.normalised_name = names.normalised_name
