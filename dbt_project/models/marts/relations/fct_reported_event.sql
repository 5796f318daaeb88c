-- Grain: one row per machine-coded event between two countries, of one class, on one day.
-- What a curated fact of the same two countries says is corroborated, never changed: a meeting whose days, known to the
-- day, hold the day of the event and whose kind fits its class; a signature of that very day. Of several the shortest.
{{ config(meta={'keyed': {
    'key': ['fact_id'],
    'by': {'int_reported_event': ['fact_id']},
    'through': {'int_curated_event': {'int_reported_event': {'dyad_code': 'dyad_code'}}},
}}) }}
with reported_events as (
    select * from {{ ref('int_reported_event') }}
),

curated_meetings as (
    select dyad_code, subject_id as meeting_id, meeting_kind as kind, first_day, last_day
    from {{ ref('int_curated_event') }}
    where fact_kind = 'meeting'
),

corroborated_meetings as (
    select
        reported_events.fact_id,
        count(distinct meetings.meeting_id) as meeting_count,
        min_by(
            meetings.meeting_id, struct_pack(days := meetings.last_day - meetings.first_day, id := meetings.meeting_id)
        ) as meeting_id
    from reported_events
    inner join curated_meetings as meetings
        on reported_events.dyad_code = meetings.dyad_code
        and reported_events.occurred_on between meetings.first_day and meetings.last_day
        and case reported_events.meeting_kind
            when 'bilateral_talks' then meetings.kind not in ('call', 'press_conference')
            else meetings.kind = reported_events.meeting_kind
        end
    group by reported_events.fact_id
),

curated_signatures as (
    select dyad_code, subject_id as agreement_id, first_day as signed_on
    from {{ ref('int_curated_event') }}
    where fact_kind = 'agreement_event'
),

corroborated_agreements as (
    select
        reported_events.fact_id,
        count(distinct signatures.agreement_id) as agreement_count,
        min(signatures.agreement_id) as agreement_id
    from reported_events
    inner join curated_signatures as signatures
        on reported_events.dyad_code = signatures.dyad_code and reported_events.occurred_on = signatures.signed_on
    where reported_events.is_agreement
    group by reported_events.fact_id
)

select
    reported_events.fact_id,
    reported_events.dyad_code,
    reported_events.country_a_code,
    reported_events.country_b_code,
    reported_events.source_code,
    reported_events.target_code,
    reported_events.event_class,
    coalesce(reported_events.event_class_name, 'CAMEO ' || reported_events.event_class) as event_class_name,
    coalesce(reported_events.event_root_code, left(reported_events.event_class, 2)) as event_root_code,
    reported_events.event_root_name,
    reported_events.occurred_on,
    reported_events.is_relative_date_artefact,
    reported_events.row_count,
    reported_events.artefact_row_count,
    reported_events.url_count,
    cast(reported_events.mention_count as bigint) as mention_count,
    cast(reported_events.article_count as bigint) as article_count,
    cast(reported_events.average_tone as double) as average_tone,
    cast(reported_events.average_goldstein as double) as average_goldstein,
    cast(reported_events.first_added_at as timestamp) as first_added_at,
    cast(reported_events.last_added_at as timestamp) as last_added_at,
    coalesce(reported_events.place_country_code, 'unknown') as place_country_code,
    reported_events.place_country_codes,
    case when reported_events.meeting_kind is not null then {{ reported_event_id('reported_events') }} end as meeting_id,
    case when reported_events.is_agreement then {{ reported_event_id('reported_events') }} end as agreement_id,
    corroborated_meetings.meeting_id as corroborates_meeting_id,
    coalesce(corroborated_meetings.meeting_count, 0) as corroborated_meeting_count,
    corroborated_agreements.agreement_id as corroborates_agreement_id,
    coalesce(corroborated_agreements.agreement_count, 0) as corroborated_agreement_count,
    'gdelt-events' as document_id,
    {{ surrogate_key(["'gdelt-events'"]) }} as document_key,
    'asserted' as modality,
    greatest(reported_events.url_count, 1) as claim_count,
    false as has_conflict,
    'machine_coded' as evidence_class,
    cast(reported_events.first_added_at as timestamp) as published_from,
    cast(reported_events.first_received_at as timestamp) as recorded_from
from reported_events
left join corroborated_meetings on reported_events.fact_id = corroborated_meetings.fact_id
left join corroborated_agreements on reported_events.fact_id = corroborated_agreements.fact_id
order by reported_events.occurred_on, reported_events.dyad_code, reported_events.event_class
