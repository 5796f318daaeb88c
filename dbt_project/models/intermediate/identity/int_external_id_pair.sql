-- Grain: one row per kind and pair of ids that carry the same id in the same register.
-- Each id is paired with the smallest that shares the number, which is enough to bring all of them together.
with standing as (
    {{ standing_rows('external_ids', ['kind', 'id', 'scheme', 'value']) }}
),

numbers as (
    select distinct kind, scheme, {{ normalised_name('value') }} as value, id from standing
),

paired as (
    select *, min(id) over (partition by kind, scheme, value) as first_id
    from numbers
    where value is not null
)

select kind, first_id as id_a, id as id_b, min(scheme || ':' || value) as number
from paired
where first_id <> id
group by all
