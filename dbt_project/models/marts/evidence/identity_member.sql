-- Grain: one row per kind and id under which something was reported that is known by several, with the one that stands.
with identities as (
    select kind, reported_id, canonical_id from {{ ref('int_identity') }}
),

members as (
    select * from identities
    union
    select kind, canonical_id as reported_id, canonical_id from identities
)

select
    kind,
    reported_id,
    canonical_id,
    cast(count(*) over (partition by kind, canonical_id) as bigint) as member_count
from members
order by kind, canonical_id, reported_id
