-- Grain: one row per kind and pair of ids that carry the same id in the same register.
-- Each id is paired with the smallest that shares the number, which is enough to bring all of them together.
with standing as (
    {{ standing_rows('external_ids', ['kind', 'id', 'scheme', 'value'], 'int_external_id_reported') }}
),

numbers as (
    -- "I-54321" is "I 54321", but DESTA's `434+1` is not its `434_1`
    select distinct
        kind, scheme, nullif(trim(regexp_replace(lower(value), '[\s./-]+', ' ', 'g')), '') as value, id
    from standing
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
