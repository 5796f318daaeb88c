-- Grain: one row per pair of recorded people with one name who spoke for one country or organisation in times that
-- overlap or follow each other at once. An office without a time excludes nothing.
with people as (
    {{ standing_rows('people', ['person_id', 'office', 'represents_reported', 'held_edtf']) }}
),

offices as (
    select
        people.person_id,
        {{ normalised_name('people.name') }} as name,
        represents_party.party_code as represents_code,
        coalesce(people.held_earliest, date '0001-01-01') as held_earliest,
        coalesce(people.held_latest, date '9999-12-30') as held_latest
    from people
    {{ join_party('people', 'represents', 'people') }}
)

select distinct a.person_id as id_a, b.person_id as id_b
from offices as a
inner join offices as b
    on a.name = b.name
    and a.represents_code = b.represents_code
    and a.person_id < b.person_id
    and a.held_earliest <= b.held_latest + 1
    and b.held_earliest <= a.held_latest + 1
where {{ is_known_country('a.represents_code') }}
