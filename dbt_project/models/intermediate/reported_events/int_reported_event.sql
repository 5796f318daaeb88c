-- Grain: one row per event between two countries that a machine read out of the news: of one class, on one day.
-- Its rows are reduced, its articles are its claims. Which row came first stands for the event among claims.
{{ config(meta={'keyed': {'key': ['fact_id'], 'by': {'int_reported_event_row': ['fact_id']}}}) }}
with event_rows as (
    select * from {{ ref('int_reported_event_row') }}
),

placed as (
    select fact_id, place_country_code, count(*) as row_count
    from event_rows
    where place_country_code is not null
    group by fact_id, place_country_code
),

places as (
    select
        fact_id,
        string_agg(place_country_code, ', ' order by place_country_code) as place_country_codes,
        min_by(place_country_code, struct_pack(fewest := -row_count, code := place_country_code)) as place_country_code
    from placed
    group by fact_id
),

articles as (
    select fact_id, count(*) as url_count
    from (select distinct fact_id, source_url from event_rows where source_url is not null) as fact_urls
    group by fact_id
),

reduced as (
    select
        fact_id,
        any_value(dyad_code) as dyad_code,
        any_value(country_a_code) as country_a_code,
        any_value(country_b_code) as country_b_code,
        any_value(event_class) as event_class,
        any_value(occurred_on) as occurred_on,
        case when min(source_code) = max(source_code) then min(source_code) end as source_code,
        case when min(source_code) = max(source_code) then min(target_code) end as target_code,
        count(*) as row_count,
        count(*) filter (where is_relative_date_artefact) as artefact_row_count,
        coalesce(sum(num_mentions), 0) as mention_count,
        coalesce(sum(num_articles), 0) as article_count,
        -- weighted, so that the mean of several events is the mean of their means weighted by their counts
        {{ exact_sum('avg_tone * num_articles', 12) }} / nullif(sum(num_articles) filter (where avg_tone is not null), 0) as average_tone,
        {{ exact_average('goldstein_scale') }} as average_goldstein,
        min(added_at) as first_added_at,
        max(added_at) as last_added_at,
        min(first_received_at) as first_received_at,
        min_by(
            struct_pack(
                delivery_id := delivery_id, file_sha256 := file_sha256, row_number := row_number,
                global_event_id := global_event_id
            ),
            struct_pack(added_at := added_at, global_event_id := global_event_id)
        ) as first_row
    from event_rows
    group by fact_id
)

select
    reduced.* exclude (first_row),
    reduced.artefact_row_count = reduced.row_count as is_relative_date_artefact,
    coalesce(articles.url_count, 0) as url_count,
    places.place_country_codes,
    places.place_country_code,
    reduced.first_row.delivery_id,
    reduced.first_row.file_sha256,
    reduced.first_row.row_number,
    reduced.first_row.global_event_id as first_global_event_id,
    classes.name as event_class_name,
    classes.root_code as event_root_code,
    classes.root_name as event_root_name,
    classes.meeting_kind,
    coalesce(classes.is_agreement, false) as is_agreement
from reduced
left join articles on reduced.fact_id = articles.fact_id
left join places on reduced.fact_id = places.fact_id
left join {{ ref('cameo_event_classes') }} as classes on reduced.event_class = classes.event_class
