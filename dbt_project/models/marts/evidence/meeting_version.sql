-- Grain: one row per clock, meeting and time in which the same was known of it.
{{ config(meta={'keyed': {
    'key': ['meeting_id'],
    'by': {'int_meeting_standing_as_known': ['meeting_id']},
    'through': {'int_knowledge': {'int_meeting_standing_as_known': {'state_id': 'state_id'}}},
}}) }}
with versions as (
    {{ versions_as_known('int_meeting_standing_as_known', ['meeting_id']) }}
),

countries as (
    select country_code, valid_from, country_key from {{ ref('dim_country') }}
)

select
    versions.clock,
    versions.known_from,
    versions.known_to,
    versions.is_current,
    versions.fact_id,
    {{ surrogate_key(['versions.meeting_id']) }} as meeting_key,
    versions.meeting_id,
    versions.title,
    versions.kind,
    versions.status,
    versions.is_status_inferred,
    versions.started_edtf,
    versions.started_earliest,
    versions.started_latest,
    versions.started_precision,
    versions.started_is_approximate,
    versions.started_is_uncertain,
    versions.ended_edtf,
    versions.ended_earliest,
    versions.ended_latest,
    versions.ended_precision,
    versions.duration_days,
    versions.country_code,
    meeting_countries.country_key,
    versions.place,
    {{ place_key('versions.place', 'versions.country_code') }} as place_key,
    versions.parent_meeting_id,
    versions.is_delivered,
    versions.participant_count,
    versions.country_count,
    versions.organization_count,
    versions.part_count,
    versions.document_id,
    {{ surrogate_key(['versions.document_id']) }} as document_key,
    versions.locator,
    versions.modality,
    versions.evidence_class,
    versions.claim_count,
    versions.has_conflict,
    versions.winning_claim_id,
    versions.winning_reason
from versions
{{ join_country_as_of('meeting_countries', 'versions.country_code', 'versions.started_earliest', 'versions.started_latest') }}
order by versions.meeting_id, versions.clock, versions.known_from
