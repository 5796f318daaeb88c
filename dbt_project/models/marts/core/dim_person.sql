-- Grain: one row per person who was recorded, took part in a meeting or spoke; and the unknown one.
with namings as (
    select person_id, name, true as is_recorded, fact_id from {{ ref('int_person_office') }}
    union all
    select person_id, person as name, false as is_recorded, fact_id from {{ ref('int_meeting_participation') }}
    union all
    select speaker_person_id as person_id, speaker as name, false as is_recorded, fact_id from {{ ref('int_statement') }}
),

-- a participant may be named by the id alone: that is no name
names as (
    select
        person_id,
        nullif(name, person_id) as name,
        bool_or(is_recorded) as is_recorded,
        count(distinct fact_id) as naming_count
    from namings
    where person_id is not null
    group by person_id, nullif(name, person_id)
),

best_names as (
    select person_id, name
    from names
    where name is not null
    qualify row_number() over (partition by person_id order by is_recorded desc, naming_count desc, name) = 1
),

people as (
    select
        names.person_id,
        any_value(best_names.name) as name,
        array_to_string(list_sort(list(names.name)), '; ') as reported_names,
        count(names.name) as name_count,
        bool_or(names.is_recorded) as is_delivered
    from names
    left join best_names on names.person_id = best_names.person_id
    where names.person_id <> 'unknown'
    group by names.person_id

    union all by name

    select 'unknown' as person_id, 'Unknown person' as name, 0 as name_count, false as is_delivered
)

select
    {{ surrogate_key(['person_id']) }} as person_key,
    person_id,
    coalesce(name, person_id) as name,
    reported_names,
    cast(name_count as bigint) as name_count,
    is_delivered
from people
order by person_id
