-- Grain: one row per reported event that is a meeting or a signature, in the columns that claims take from a row.
-- One claim for each event, not for each article: those stay in the evidence of the reported event.
{{ config(meta={'keyed': {'key': ['reported_id'], 'of': {'int_reported_event': ['fact_id']}}}) }}
with country_names as (
    select country_code, arg_max(name, valid_to) as name from {{ ref('stg_country') }} group by country_code
),

reported_events as (
    select * from {{ ref('int_reported_event') }} where meeting_kind is not null or is_agreement
)

select
    {{ reported_event_id('reported_events') }} as reported_id,
    reported_events.meeting_kind,
    reported_events.is_agreement,
    reported_events.event_class_name || ': ' || country_a.name || ' and ' || country_b.name as title,
    reported_events.country_a_code,
    reported_events.country_b_code,
    country_a.name as country_a_name,
    country_b.name as country_b_name,
    -- the day that a phrase such as "a year ago" gave is nobody's day: it stays, and is called uncertain
    reported_events.occurred_on || if(reported_events.is_relative_date_artefact, '?', '') as occurred_edtf,
    reported_events.occurred_on as occurred_earliest,
    reported_events.occurred_on as occurred_latest,
    'day' as occurred_precision,
    false as occurred_is_approximate,
    reported_events.is_relative_date_artefact as occurred_is_uncertain,
    'gdelt-events' as document_id,
    'GlobalEventID ' || reported_events.first_global_event_id as locator,
    'asserted' as modality,
    cast(null as varchar) as attributed_to,
    cast(null as double) as confidence,
    false as is_retraction,
    cast(null as varchar) as given_fact_id,
    reported_events.first_received_at as recorded_at,
    reported_events.delivery_id,
    reported_events.file_sha256,
    reported_events.row_number,
    cast(json_object('global_event_id', cast(reported_events.first_global_event_id as varchar)) as varchar) as raw_key
from reported_events
inner join country_names as country_a on reported_events.country_a_code = country_a.country_code
inner join country_names as country_b on reported_events.country_b_code = country_b.country_code
