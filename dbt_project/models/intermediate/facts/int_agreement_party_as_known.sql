-- Grain: one row per state of knowledge and agreement and party to it:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_agreement_party_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_agreement_party_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_agreement_party_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['agreement_id', 'role']) }},
        {{ resolved_together('party', ['party_code', 'party_kind', 'party_reported']) }},
        {{ resolution_columns(compared=['role']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    agreement_id,
    role,
    {{ expanded('party', ['party_code', 'party_kind', 'party_reported']) }},
    {{ resolution_column_names() }}
from resolved
