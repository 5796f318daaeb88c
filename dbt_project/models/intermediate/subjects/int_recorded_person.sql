-- Grain: one row per person who was recorded, or has an alias: the id does not come from the name alone.
select person_id from {{ ref('int_person_office') }}
union
select id as person_id from {{ ref('int_alias') }} where kind = 'person'
