-- Grain: one row per clock, fact and time in which its claims resolved to the same, in the same way.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {'int_fact_as_known': ['fact_kind', 'fact_id']},
    'through': {'int_knowledge': {'int_fact_as_known': {'state_id': 'state_id'}}},
}}) }}
with versions as (
    {{ versions_as_known('int_fact_as_known', ['fact_kind', 'fact_id']) }}
)

select
    clock,
    known_from,
    known_to,
    is_current,
    fact_kind,
    fact_id,
    attributes,
    document_id,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_reason,
    evidence_class
from versions
order by fact_kind, fact_id, clock, known_from
