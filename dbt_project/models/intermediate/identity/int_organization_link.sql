-- Grain: one row per pair of organisation ids that a person or a register says are the same, or are not, the strongest
-- first.
with links as (
    {{ stated_links("kind = 'organization'") }}
),

recorded as (
    select distinct organization_id from {{ ref('stg_organizations') }}
)

select
    links.*,
    {{ link_position() }} as position,
    if(a.organization_id is null, 1, 0) as rank_a,
    if(b.organization_id is null, 1, 0) as rank_b
from links
left join recorded as a on links.id_a = a.organization_id
left join recorded as b on links.id_b = b.organization_id
