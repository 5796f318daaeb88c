-- Grain: one row per kind, rule and pair of ids that the rule says are the same, or are not, the strongest first.
-- Organisations are linked before, since parties to agreements are known by them. What is scored (`is_scored`) is no
-- verdict: it is weighed with all else that resembles the two ids.
with links as (
    {{ stated_links("kind <> 'organization'") }}
    union all by name
    select
        'person' as kind, id_a, id_b, true as is_same, 'name_country_and_time' as rule, 3 as rule_rank, false as is_scored, 1.0 as score
    from {{ ref('int_person_pair') }}
    union all by name
    select 'agreement' as kind, id_a, id_b, true as is_same, 'scored_linkage' as rule, 4 as rule_rank, true as is_scored, score
    from {{ ref('int_agreement_match') }}
),

aliases as (
    select * from {{ ref('int_standing_alias') }}
),

ranks as (
    select kind, id, rank from {{ ref('int_entity_rank') }}
),

-- an alias that is the id of nothing that was delivered: what points there means the thing that has the alias
told as (
    select aliases.kind, min(aliases.id) as id_a, aliases.alias as id_b
    from aliases
    anti join ranks on aliases.kind = ranks.kind and aliases.alias = ranks.id
    where
        aliases.kind in ('agreement', 'meeting', 'person', 'statement', 'project')
        and regexp_full_match(aliases.alias, '[a-z0-9-]+')
        and aliases.alias <> aliases.id
    group by aliases.kind, aliases.alias
    having count(distinct aliases.id) = 1
),

all_links as (
    select * from links
    union all by name
    select kind, id_a, id_b, true as is_same, 'alias' as rule, 4 as rule_rank, 1.0 as score from told
)

select
    links.*,
    {{ link_position() }} as position,
    coalesce(a.rank, 3) as rank_a,
    coalesce(b.rank, 3) as rank_b
from all_links as links
left join ranks as a on links.kind = a.kind and links.id_a = a.id
left join ranks as b on links.kind = b.kind and links.id_b = b.id
