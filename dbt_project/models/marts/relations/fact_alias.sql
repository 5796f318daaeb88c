-- Grain: one row per kind and id that a fact was ever known by.
-- Every fact is known by its own id. Ids of merged duplicates lead to the fact that they became: the id that an agreement
-- or a meeting was recorded under, the id that each of its facts would have alone, and the one that it had until a decision.
{%- set merged = {
    'agreement': ('int_agreement_claim', 'reported_agreement_id'),
    'agreement_party': ('int_agreement_party_claim', none),
    'agreement_event': ('int_agreement_event_claim', none),
    'meeting': ('int_meeting_claim', 'reported_meeting_id'),
} %}
with claims as (
    select distinct fact_kind, fact_id from {{ ref('int_claim') }} where is_of_today
),

facts as (
    select fact_kind, fact_id from {{ ref('int_fact') }}
),

ids as (
    select fact_kind, fact_id from claims
    union
    select fact_kind, fact_id from facts
),

former as (
    {%- for fact_kind, (model, id) in merged.items() %}
    select fact_kind, fact_id, reported_fact_id as alias from {{ ref(model) }} where {{ era_key() }} = ''
    {%- if id %}
    union
    select fact_kind, fact_id, {{ id }} as alias from {{ ref(model) }} where {{ era_key() }} = ''
    {%- endif %}
    union
    {%- endfor %}
    -- what a claim was a claim of until a decision moved it
    select moved.fact_kind, claim_rows.fact_id, moved.fact_id as alias
    from {{ ref('int_claim') }} as moved
    inner join {{ ref('int_claim_row') }} as claim_rows
        on moved.row_id = claim_rows.row_id and moved.fact_kind = claim_rows.fact_kind and claim_rows.era_key = ''
    where not moved.is_of_today and moved.is_published_claim
),

aliases as (
    select fact_kind, fact_id, fact_id as alias from ids
    union all
    -- an id of two facts leads to none of them: it is listed among the collisions
    select former.fact_kind, min(former.fact_id) as fact_id, former.alias
    from former
    anti join ids on former.fact_kind = ids.fact_kind and former.alias = ids.fact_id
    where former.alias is not null
    group by former.fact_kind, former.alias
    having count(distinct former.fact_id) = 1
)

select aliases.fact_kind, aliases.fact_id, aliases.alias, facts.fact_id is not null as is_current
from aliases
left join facts on aliases.fact_kind = facts.fact_kind and aliases.fact_id = facts.fact_id
order by aliases.fact_kind, aliases.fact_id, aliases.alias
