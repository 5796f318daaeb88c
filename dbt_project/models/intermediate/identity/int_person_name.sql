-- Grain: one row per text by which exactly one recorded person is known: the id, a name, or an alias.
with ids as (
    select person_id as text, person_id from {{ ref('stg_people') }} where not is_retraction
),

names as (
    select {{ normalised_name('name') }} as text, person_id from {{ ref('stg_people') }} where not is_retraction
),

aliases as (
    select {{ normalised_name('alias') }} as text, id as person_id
    from {{ ref('stg_aliases') }}
    where kind = 'person' and not is_retraction
),

known as (
    select * from ids
    union
    select * from names
    union
    select * from aliases
)

select text, min(person_id) as person_id
from known
where text is not null
group by text
having count(distinct person_id) = 1
