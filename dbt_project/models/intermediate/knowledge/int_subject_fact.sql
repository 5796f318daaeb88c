-- Grain: one row per fact and subject that it tells of. What is known of a subject changes where one of its facts does.
-- A fact is at home in one subject (`int_subject_home`), and a guest in others.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {'int_subject_home': ['fact_kind', 'fact_id'], 'int_subject_guest': ['fact_kind', 'fact_id']},
}}) }}
with homes as (
    select subject_kind, subject_id, fact_kind, fact_id from {{ ref('int_subject_home') }}
),

guests as (
    select subject_kind, subject_id, fact_kind, fact_id from {{ ref('int_subject_guest') }}
)

select subject_kind, subject_id, fact_kind, fact_id, true as is_home from homes
union all
select guests.subject_kind, guests.subject_id, guests.fact_kind, guests.fact_id, false as is_home
from guests
anti join homes
    on guests.subject_kind = homes.subject_kind
    and guests.subject_id = homes.subject_id
    and guests.fact_kind = homes.fact_kind
    and guests.fact_id = homes.fact_id
