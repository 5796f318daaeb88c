-- Grain: one row per classification and code of a commodity that occurs; and the unknown one.
with observed as (
    select commodity_key, classification, commodity_code from {{ ref('int_commodity') }}
),

-- the level follows from the length in the Harmonised System alone; other classifications have levels of their own
levels as (
    select
        commodity_key,
        classification,
        commodity_code,
        case
            when commodity_code in ('TOTAL', 'unknown') then lower(commodity_code)
            when not regexp_full_match(classification, 'H[S0-9].*') or not regexp_full_match(commodity_code, '[0-9]+')
                then 'other'
            when length(commodity_code) = 2 then 'chapter'
            when length(commodity_code) = 4 then 'heading'
            when length(commodity_code) = 6 then 'subheading'
            when length(commodity_code) > 6 then 'national_line'
            else 'other'
        end as level
    from observed
),

hierarchy as (
    select
        *,
        case when level in ('chapter', 'heading', 'subheading', 'national_line') then left(commodity_code, 2) end
            as chapter_code,
        case when level in ('heading', 'subheading', 'national_line') then left(commodity_code, 4) end as heading_code
    from levels
),

chapters as (
    select chapter_code, name from {{ ref('hs_chapters') }}
)

select
    hierarchy.commodity_key,
    hierarchy.classification,
    hierarchy.commodity_code,
    hierarchy.level,
    hierarchy.chapter_code,
    hierarchy.heading_code,
    chapters.name as chapter_name,
    case
        when hierarchy.level = 'total' then 'All commodities'
        when hierarchy.level = 'unknown' then 'Unknown commodity'
        when hierarchy.level = 'chapter' then coalesce(chapters.name, hierarchy.commodity_code)
        else hierarchy.commodity_code || coalesce(' (' || chapters.name || ')', '')
    end as name
from hierarchy
left join chapters on hierarchy.chapter_code = chapters.chapter_code
order by hierarchy.classification, hierarchy.commodity_code
