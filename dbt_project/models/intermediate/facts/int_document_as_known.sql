-- Grain: one row per state of knowledge and document: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_document_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_document_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_document_claim', dates=['published']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved([
            'kind', 'publisher', 'title', 'url', 'language', 'licence', 'redistributable', 'derived_from'
        ]) }},
        {{ resolved_date('published') }},
        {{ resolution_columns(compared=['kind'], dates=['published']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    kind,
    publisher,
    title,
    url,
    language,
    licence,
    redistributable,
    derived_from,
    {{ expanded_date('published') }},
    {{ resolution_column_names(dates=['published']) }}
from resolved
