-- Grain: one row per state of knowledge and topic of a fact: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_topic_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_topic_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_topic_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['subject_kind', 'subject_id', 'topic']) }},
        {{ resolution_columns() }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    subject_kind,
    subject_id,
    topic,
    {{ resolution_column_names() }}
from resolved
