-- Grain: one row per clock, spell of a membership and time in which the same was known of it.
{{ config(meta={'keyed': {
    'key': ['organization_id', 'member_kind', 'track', 'status', 'fact_id'],
    'by': {'int_membership_spell_as_known': ['organization_id', 'member_kind', 'track', 'status', 'fact_id']},
    'through': {'int_knowledge': {'int_membership_spell_as_known': {'state_id': 'state_id'}}},
}}) }}
with versions as (
    {{ versions_as_known(
        'int_membership_spell_as_known',
        ['organization_id', 'member_kind', 'member_identity', 'track', 'status', 'fact_id']
    ) }}
)

select
    clock,
    known_from,
    known_to,
    is_current,
    {{ surrogate_key(['organization_id', 'track', 'status', 'fact_id']) }} as membership_spell_key,
    fact_id,
    fact_kind,
    organization_id,
    member_kind,
    member_code,
    member_reported,
    track,
    status,
    began_basis,
    began_event,
    began_edtf,
    began_earliest,
    began_latest,
    ended_basis,
    ended_event,
    ended_edtf,
    ended_earliest,
    ended_latest,
    is_running,
    is_ending_announced,
    cast(listing_count as bigint) as listing_count,
    last_listed_edtf,
    ended_fact_id,
    ended_fact_kind,
    document_id,
    locator,
    ended_document_id,
    modality,
    ended_modality,
    claim_count,
    has_conflict,
    winning_reason,
    contradicted_by,
    evidence_class
from versions
order by organization_id, member_code, began_earliest, clock, known_from
