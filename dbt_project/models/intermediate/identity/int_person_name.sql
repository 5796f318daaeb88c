-- Grain: one row per text by which exactly one recorded person is known: the id, a name, or an alias.
with people as (
    {{ standing_rows('people', ['person_id']) }}
),

aliases as (
    {{ standing_rows('aliases', ['kind', 'id', 'alias']) }}
),

known as (
    select person_id as text, person_id from people
    union
    select {{ normalised_name('name') }} as text, person_id from people
    union
    select {{ normalised_name('alias') }} as text, id as person_id from aliases where kind = 'person'
)

select text, min(person_id) as person_id
from known
where text is not null
group by text
having count(distinct person_id) = 1
