-- Grain: one row per state of knowledge and position taken: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_statement_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_statement_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_statement_claim', dates=['made']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['statement_id', 'office', 'meeting_id', 'stance', 'paraphrase']) }},
        {{ resolved_date('made') }},
        {{ resolved_together('speaking', ['speaker_person_id', 'speaker']) }},
        {{ resolved_together('behalf', ['on_behalf_of_code', 'on_behalf_of_kind', 'on_behalf_of_reported']) }},
        {{ resolved_together('target', ['target_id', 'target_kind']) }},
        {{ resolution_columns(compared=['stance', 'on_behalf_of_code', 'target_id'], dates=['made']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    statement_id,
    office,
    meeting_id,
    stance,
    paraphrase,
    {{ expanded_date('made') }},
    {{ expanded('speaking', ['speaker_person_id', 'speaker']) }},
    {{ expanded('behalf', ['on_behalf_of_code', 'on_behalf_of_kind', 'on_behalf_of_reported']) }},
    {{ expanded('target', ['target_id', 'target_kind']) }},
    {{ resolution_column_names(dates=['made']) }}
from resolved
