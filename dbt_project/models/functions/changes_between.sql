-- Grain: one row per change of what was known, after the end of the first day and up to the end of the second (UTC).
-- Changes of published figures are told from their versions: they are not stored twice.
{%- set figures = [
    'value', 'currency', 'basis', 'weight_kg', 'quantity', 'quantity_unit', 'is_aggregate', 'is_estimated'
] %}
{{ config(materialized='table_function', parameters=['day_before', 'last_day', "basis := 'published'"]) }}
with recorded as (
    select * exclude (clock)
    from {{ published_table('fact_change') }} as changes
    where
        changes.clock = {{ asked_clock() }}
        and changes.changed_at >= cast(day_before as date) + interval 1 day
        and changes.changed_at < cast(last_day as date) + interval 1 day
),

versions as (
    select
        figures.fact_id,
        figures.document_id,
        case {{ asked_clock() }} when 'published' then figures.published_from else figures.recorded_from end as known_from,
        case {{ asked_clock() }} when 'published' then figures.published_to else figures.recorded_to end as known_to,
        struct_pack(
            {%- for column in figures %}
            {{ column }} := figures.{{ column }},
            {%- endfor %}
            vintage := figures.vintage
        ) as content
    from {{ published_table('trade_flow_version') }} as figures
    where figures.source <> 'trade_observations'
),

begun as (
    select * from versions
    where
        known_from < known_to
        and known_from >= cast(day_before as date) + interval 1 day
        and known_from < cast(last_day as date) + interval 1 day
),

ended as (
    select * from versions
    where
        known_from < known_to
        and known_to >= cast(day_before as date) + interval 1 day
        and known_to < cast(last_day as date) + interval 1 day
),

met as (
    select
        coalesce(begun.fact_id, ended.fact_id) as fact_id,
        coalesce(begun.known_from, ended.known_to) as changed_at,
        ended.document_id as old_document_id,
        begun.document_id as new_document_id,
        ended.content as old_content,
        begun.content as new_content
    from begun
    full outer join ended on begun.fact_id = ended.fact_id and begun.known_from = ended.known_to
),

attributes as (
    select
        fact_id,
        changed_at,
        old_document_id,
        new_document_id,
        unnest([
            {%- for column in figures %}
            struct_pack(
                attribute := '{{ column }}',
                old_value := cast(old_content.{{ column }} as varchar),
                new_value := cast(new_content.{{ column }} as varchar)
            ){{ ',' if not loop.last }}
            {%- endfor %}
        ]) as compared
    from met
    where old_document_id is not null and new_document_id is not null
),

published as (
    select
        changed_at,
        if(old_document_id is null, 'added', 'withdrawn') as change,
        'trade' as fact_kind,
        fact_id,
        cast(null as varchar) as attribute,
        if(old_document_id is null, null, cast(to_json(old_content) as varchar)) as old_value,
        if(new_document_id is null, null, cast(to_json(new_content) as varchar)) as new_value,
        old_document_id,
        new_document_id
    from met
    where old_document_id is null or new_document_id is null
    union all
    select
        changed_at,
        'corrected' as change,
        'trade' as fact_kind,
        fact_id,
        compared.attribute,
        compared.old_value,
        compared.new_value,
        old_document_id,
        new_document_id
    from attributes
    where compared.old_value is distinct from compared.new_value
)

select * from recorded
union all by name
select * from published
order by changed_at, fact_kind, fact_id, attribute
