-- Grain: one row per clock, agreement and time in which the same was known of it.
{{ config(meta={'keyed': {
    'key': ['agreement_id'],
    'by': {'int_agreement_lifecycle_as_known': ['agreement_id']},
    'through': {'int_knowledge': {'int_agreement_lifecycle_as_known': {'state_id': 'state_id'}}},
}}) }}
with versions as (
    {{ versions_as_known('int_agreement_lifecycle_as_known', ['agreement_id']) }}
)

select
    versions.clock,
    versions.known_from,
    versions.known_to,
    versions.is_current,
    versions.fact_id,
    {{ surrogate_key(['versions.agreement_id']) }} as agreement_key,
    versions.agreement_id,
    versions.title,
    versions.instrument_type,
    versions.is_binding,
    versions.binding_presumed,
    versions.status,
    versions.status_modality,
    versions.is_status_inferred,
    versions.status_since_edtf,
    versions.status_since_earliest,
    cast(versions.known_from as date) as status_as_of,
    {{ milestone_dates('versions') }},
    versions.is_ending_announced,
    versions.has_impossible_sequence,
    versions.has_unknown_order,
    versions.concluded_at_meeting_id,
    {{ surrogate_key(["coalesce(versions.concluded_at_meeting_id, 'unknown')"]) }} as concluded_at_meeting_key,
    versions.concluded_at_modality,
    versions.concluded_at_place,
    versions.concluded_at_country_code,
    versions.place,
    {{ place_key('versions.place') }} as place_key,
    versions.parent_agreement_id,
    versions.parent_relation,
    versions.is_delivered,
    versions.party_count,
    versions.country_count,
    versions.event_count,
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
order by versions.agreement_id, versions.clock, versions.known_from
