-- Grain: one row per kind, rule and pair of ids that a rule compared and thinks worth a look, with what became of it.
-- Where two ids stand apart that should be one, or the other way round, a row of `raw/decisions` says so.
with reviewed as (
    select * from {{ ref('int_identity_review') }}
),

names as (
    select 'agreement' as kind, agreement_id as id, titles[1] as name from {{ ref('int_agreement_profile') }}
    union all
    select 'meeting' as kind, meeting_id as id, title as name from {{ ref('dim_meeting') }}
    union all
    select 'person' as kind, person_id as id, name from {{ ref('dim_person') }}
)

select
    reviewed.kind,
    reviewed.id_a,
    reviewed.id_b,
    reviewed.rule,
    reviewed.score,
    case
        when reviewed.is_joined then 'joined'
        when reviewed.is_same is null then 'pointed_out'
        when not reviewed.is_same then 'kept_apart'
        when reviewed.verdict in ('near_miss', 'unlikely') then 'near_miss'
        when reviewed.decision_id_a is not null then 'kept_apart'
        else 'outweighed'
    end as outcome,
    reviewed.canonical_id_a,
    reviewed.canonical_id_b,
    names_a.name as name_a,
    names_b.name as name_b,
    reviewed.reason,
    reviewed.decision_id_a,
    reviewed.decision_id_b,
    reviewed.decision_is_same,
    cast(reviewed.decided_at as timestamp) as decided_at,
    reviewed.decision_reason,
    reviewed.decision_document_id
from reviewed
left join names as names_a on reviewed.kind = names_a.kind and reviewed.id_a = names_a.id
left join names as names_b on reviewed.kind = names_b.kind and reviewed.id_b = names_b.id
where reviewed.verdict is distinct from 'unlikely' or reviewed.is_joined
order by reviewed.kind, reviewed.score desc nulls last, reviewed.id_a, reviewed.id_b, reviewed.rule
