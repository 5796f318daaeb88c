-- Grain: one row per text and scope in which exactly one recorded person is known by it.
-- Scopes: `id` (the text is an id), a code (a name, of somebody who speaks for that country or organisation), `unstated`
-- (a name, where nobody says for whom), `anywhere` (an alias; a name recorded without a country).
with people as (
    {{ standing_rows('people', ['person_id', 'office', 'represents_reported', 'held_edtf']) }}
),

aliases as (
    select * from {{ ref('int_standing_alias') }}
),

named as (
    select
        people.person_id,
        {{ normalised_name('people.name') }} as text,
        case when {{ is_known_country('represents_party.party_code') }} then represents_party.party_code end as represents_code
    from people
    {{ join_party('people', 'represents', 'people') }}
),

known as (
    select person_id as text, 'id' as scope, person_id from people
    union
    select id as text, 'id' as scope, id as person_id from aliases where kind = 'person'
    union
    select text, coalesce(represents_code, 'anywhere') as scope, person_id from named
    union
    select text, 'unstated' as scope, person_id from named
    union
    select {{ normalised_name('alias') }} as text, 'anywhere' as scope, id as person_id from aliases where kind = 'person'
),

identified as (
    select known.text, known.scope, {{ canonical_id('person_id', 'known') }} as person_id
    from known
    {{ join_identity("'person'", 'person_id', 'known') }}
)

select text, scope, min(person_id) as person_id
from identified
where text is not null
group by text, scope
having count(distinct person_id) = 1
