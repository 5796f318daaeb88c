-- Grain: one row per kind, rule and pair of ids that look alike without being the same by any rule: for a person to see.
-- Two legs of one person on one day in one place may be two events, so that nothing here joins anything.
with meetings as (
    select meeting_id, kind, country_code, parent_meeting_id, started_earliest, started_latest, ended_latest
    from {{ ref('int_meeting') }}
    where
        evidence_class <> 'machine_coded'
        and started_earliest is not null
        and started_latest is not null
        -- a date of a whole quarter or year resembles too much
        and started_latest - started_earliest <= 31
        and {{ is_known_country('country_code') }}
),

attended as (
    select distinct
        meetings.*,
        greatest(meetings.started_latest, coalesce(meetings.ended_latest, meetings.started_latest)) as until,
        participants.person_id
    from meetings
    inner join {{ ref('int_meeting_participation') }} as participants on meetings.meeting_id = participants.meeting_id
    where participants.person_id is not null and participants.role is distinct from 'host'
),

meeting_pairs as (
    select
        a.meeting_id as id_a,
        b.meeting_id as id_b,
        string_agg(a.person_id, ', ' order by a.person_id) as people,
        bool_or(a.started_earliest = b.started_earliest and a.started_latest = b.started_latest) as is_one_day
    from attended as a
    inner join attended as b
        on a.person_id = b.person_id
        and a.country_code = b.country_code
        and a.kind is not distinct from b.kind
        and a.meeting_id < b.meeting_id
        and a.started_earliest <= b.until + 3
        and b.started_earliest <= a.until + 3
    where
        -- a part of a meeting, and two parts of one, are no duplicates
        a.parent_meeting_id is distinct from b.meeting_id
        and b.parent_meeting_id is distinct from a.meeting_id
        and (a.parent_meeting_id is null or a.parent_meeting_id is distinct from b.parent_meeting_id)
    group by a.meeting_id, b.meeting_id
),

namings as (
    select person_id, {{ normalised_name('name') }} as name, represents_code from {{ ref('int_person_office') }}
    union
    select person_id, {{ normalised_name('person') }} as name, represents_code
    from {{ ref('int_meeting_participation') }}
    where evidence_class <> 'machine_coded' and person is not null
),

people as (
    select
        person_id,
        name,
        represents_code,
        list_sort(string_split(name, ' ')) as words,
        string_split(name, ' ')[-1] as last_word
    from namings
    where person_id is not null and name is not null and contains(name, ' ')
),

person_pairs as (
    select
        a.person_id as id_a,
        b.person_id as id_b,
        'similar_name_and_country' as rule,
        min(a.name || ' / ' || b.name || ', ' || a.represents_code) as reason
    from people as a
    inner join people as b
        on a.represents_code = b.represents_code
        and left(a.last_word, 2) = left(b.last_word, 2)
        and a.person_id < b.person_id
    where
        {{ is_known_country('a.represents_code') }}
        and (
            jaro_winkler_similarity(a.name, b.name) >= 0.93
            or a.words = b.words
            or (a.last_word = b.last_word and (list_has_all(a.words, b.words) or list_has_all(b.words, a.words)))
        )
    group by a.person_id, b.person_id
    union all
    select
        a.person_id as id_a,
        b.person_id as id_b,
        'same_name_other_country' as rule,
        min(a.name || ', ' || a.represents_code || ' / ' || b.represents_code) as reason
    from people as a
    inner join people as b
        on a.name = b.name and a.represents_code <> b.represents_code and a.person_id < b.person_id
    where {{ is_known_country('a.represents_code') }} and {{ is_known_country('b.represents_code') }}
    group by a.person_id, b.person_id
)

select
    'meeting' as kind,
    id_a,
    id_b,
    if(is_one_day, 'same_person_country_and_day', 'same_person_and_country_days_apart') as rule,
    people as reason
from meeting_pairs
union all
select 'person' as kind, id_a, id_b, rule, reason
from person_pairs
