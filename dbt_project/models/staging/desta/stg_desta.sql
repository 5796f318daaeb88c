-- Grain: one row per accepted entry of `raw/desta` and member of it, as one delivery has it.
-- A member of two groups that agree stands there twice, once on each side: it is one, on the side named first.
with landed as (
    select number, _delivery_id, string_split(members, ' ') as members from {{ source('landing', 'desta') }}
),

places as (
    select
        number as entry_number,
        _delivery_id as delivery_id,
        unnest(members) as member,
        generate_subscripts(members, 1) as place
    from landed
)

select
    delivery_id,
    entry_number,
    'desta:' || split_part(member, '/', 1) as party_reported,
    arg_min(nullif(split_part(member, '/', 2), ''), place) as side
from places
group by all
