-- Grain: one row per state of knowledge and claim in it, ranked among the claims of its fact.
-- The rule of resolution stands here, in `ranked`: what sorts first wins. `resolved` (macros) takes the attributes.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {'int_claim_version': ['fact_kind', 'fact_id'], 'int_subject_fact': ['fact_kind', 'fact_id']},
    'through': {
        'int_knowledge_state': {'int_subject_fact': {'subject_kind': 'subject_kind', 'subject_id': 'subject_id'}},
    },
}}) }}
with states as (
    select state_id, subject_kind, subject_id, is_current, unnest(claim_ids) as claim_id
    from {{ ref('int_knowledge_state') }}
    -- only of subjects that are looked at: to take the lists of all others apart would cost the most
    semi join {{ ref('int_subject_fact') }} using (subject_kind, subject_id)
),

standing as (
    select
        states.state_id,
        states.is_current and subject_facts.is_home as is_current,
        subject_facts.is_home,
        claims.claim_id,
        claims.row_id,
        claims.fact_kind,
        claims.fact_id,
        claims.era_key,
        claims.root_document_id,
        claims.published_from,
        claims.recorded_from,
        claims.recorded_as_of,
        claims.evidence_class,
        claims.modality,
        claims.modality_rank,
        claims.document_kind,
        claims.kind_rank
    from states
    inner join {{ ref('int_claim_version') }} as claims on states.claim_id = claims.claim_id
    inner join {{ ref('int_subject_fact') }} as subject_facts
        on states.subject_kind = subject_facts.subject_kind
        and states.subject_id = subject_facts.subject_id
        and claims.fact_kind = subject_facts.fact_kind
        and claims.fact_id = subject_facts.fact_id
),

ranked as (
    select
        *,
        row_number() over fact as claim_rank,
        lag(struct_pack(
            evidence_class := evidence_class, modality_rank := modality_rank, modality := modality,
            kind_rank := kind_rank, document_kind := document_kind, published_from := published_from,
            recorded_as_of := recorded_as_of
        )) over fact as better,
        lead(struct_pack(
            evidence_class := evidence_class, modality_rank := modality_rank, modality := modality,
            kind_rank := kind_rank, document_kind := document_kind, published_from := published_from,
            recorded_as_of := recorded_as_of
        )) over fact as worse
    from standing
    window fact as (
        partition by state_id, fact_kind, fact_id
        order by
            evidence_class = 'machine_coded',
            modality_rank,
            kind_rank,
            published_from desc,
            recorded_as_of desc,
            claim_id
    )
)

select
    state_id,
    fact_kind,
    fact_id,
    claim_id,
    row_id,
    era_key,
    root_document_id,
    evidence_class,
    published_from,
    recorded_from,
    is_home,
    is_current,
    claim_rank,
    case
        when claim_rank = 1 and worse is null then 'the only claim'
        when claim_rank = 1 then 'first: ' || {{ why_before('ranked', 'worse') }}
        else 'after the one before it: ' || {{ why_before('better', 'ranked') }}
    end as reason,
    case
        when claim_rank > 1 then null
        when worse is null then 'the only claim'
        else {{ why_before('ranked', 'worse') }}
    end as winning_reason
from ranked
