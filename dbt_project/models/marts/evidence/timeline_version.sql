-- Grain: one row per clock, dyad, fact and time in which the same was known of it.
{{ config(meta={'keyed': {
    'key': ['dyad_timeline_key'],
    'by': {'int_timeline_entry_as_known': ['dyad_timeline_key']},
    'through': {
        'int_knowledge': {'int_timeline_entry_as_known': {'state_id': 'state_id'}},
        'int_document': {'int_timeline_entry_as_known': {'document_id': 'document_id'}},
    },
}}) }}
with versions as (
    {{ versions_as_known('int_timeline_entry_as_known', ['dyad_timeline_key']) }}
),

documents as (
    select document_id, title, publisher, kind, url, licence, redistributable from {{ ref('int_document') }}
)

select
    versions.clock,
    versions.known_from,
    versions.known_to,
    versions.is_current,
    versions.dyad_timeline_key,
    versions.dyad_code,
    versions.occurred_earliest,
    versions.occurred_latest,
    versions.occurred_edtf,
    versions.occurred_precision,
    versions.occurred_is_approximate,
    versions.occurred_is_uncertain,
    versions.subject,
    versions.event,
    versions.status,
    versions.title,
    versions.operator,
    versions.value,
    versions.unit,
    versions.subject_id,
    versions.fact_kind,
    versions.fact_id,
    versions.document_id,
    versions.locator,
    versions.modality,
    versions.attributed_to,
    versions.claim_count,
    versions.has_conflict,
    versions.evidence_class,
    versions.via,
    versions.country_a_code,
    versions.country_b_code,
    documents.title as document_title,
    documents.publisher as document_publisher,
    documents.kind as document_kind,
    documents.url as document_url,
    documents.licence,
    documents.redistributable
from versions
left join documents on versions.document_id = documents.document_id
order by versions.dyad_code, versions.occurred_earliest, versions.subject, versions.fact_id, versions.clock, versions.known_from
