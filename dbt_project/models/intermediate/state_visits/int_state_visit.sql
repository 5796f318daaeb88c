-- Grain: one row per accepted visit in a delivery of `raw/state_visits`, with the id of its meeting.
-- The source's id is the key only where it carries one visit: ids that stand twice in a delivery, or that were given to
-- another visit in another delivery, are told apart by date and visitor, and flagged.
{{ config(meta={'keyed': {
    'key': ['delivery_id', 'file_sha256', 'row_number'],
    'beside': dict(named_beside(), int_delivery=['delivery_id', 'delivery_number']),
}}) }}
with visits as (
    select staged.*, deliveries.delivery_number
    from {{ ref('stg_state_visits') }} as staged
    inner join {{ ref('int_delivery') }} as deliveries on staged.delivery_id = deliveries.delivery_id
),

reassigned_ids as (
    {{ reassigned_ids('visits', 'visit_id', ['start_date_edtf', 'visitor_reported', 'from_country_reported'], most_corrected=2) }}
),

keyed as (
    select
        visits.*,
        reassigned_ids.visit_id is not null as is_id_ambiguous,
        row_number() over (
            partition by visits.delivery_id, visits.visit_id, visits.start_date_edtf, visits.visitor_reported
            order by visits.content_hash, visits.file_sha256, visits.row_number
        ) as twin_number
    from visits
    left join reassigned_ids on visits.visit_id = reassigned_ids.visit_id
),

titled as (
    select keyed.*, titles.title
    from keyed
    left join {{ ref('visitor_titles') }} as titles on starts_with(keyed.visitor_reported, titles.title || ' ')
    qualify row_number() over (
        partition by keyed.delivery_id, keyed.file_sha256, keyed.row_number order by length(titles.title) desc nulls last
    ) = 1
)

select
    titled.* exclude (title, twin_number, delivery_number),
    'us-state-visit-' || visit_id
    || case when is_id_ambiguous then '-' || start_date_edtf || '-' || {{ slug('visitor_reported') }} else '' end
    || case when twin_number > 1 then '-' || twin_number else '' end as meeting_id,
    titled.title as office,
    coalesce(substr(visitor_reported, length(titled.title) + 2), visitor_reported) as person,
    coalesce(from_country_country.country_code, 'unknown') as from_country_code
from titled
{{ join_country('state_visits', 'from_country', 'titled') }}
