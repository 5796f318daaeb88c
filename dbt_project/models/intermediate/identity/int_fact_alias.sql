-- Grain: one row per kind and id that a fact was ever known by.
-- Every fact is known by its own id. Ids of merged duplicates lead to the fact that they became: the id that an agreement
-- or a meeting was recorded under, the id that each of its facts would have alone, and the one that it had until a decision.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'alias'],
    'by': {
        'int_former_id': ['fact_kind', 'alias'],
        'int_claim': ['fact_kind', 'fact_id'],
        'int_fact': ['fact_kind', 'fact_id'],
    },
}}) }}
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
    select fact_kind, fact_id, alias, is_current from {{ ref('int_former_id') }}
),

aliases as (
    select ids.fact_kind, ids.fact_id, ids.fact_id as alias, facts.fact_id is not null as is_current
    from ids
    left join facts on ids.fact_kind = facts.fact_kind and ids.fact_id = facts.fact_id
    union all
    -- an id of two facts leads to none of them: it is listed among the collisions
    select former.fact_kind, min(former.fact_id) as fact_id, former.alias, bool_or(former.is_current) as is_current
    from former
    anti join ids on former.fact_kind = ids.fact_kind and former.alias = ids.fact_id
    group by former.fact_kind, former.alias
    having count(distinct former.fact_id) = 1
)

select fact_kind, fact_id, alias, is_current from aliases
