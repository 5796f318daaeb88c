-- Grain: one row per text by which exactly one organisation is known: its id, its name, or an alias.
with organizations as (
    {{ standing_rows('organizations', ['organization_id']) }}
),

aliases as (
    {{ standing_rows('aliases', ['kind', 'id', 'alias']) }}
),

known as (
    select organization_id as text, organization_id from organizations
    union
    select {{ normalised_name('name') }} as text, organization_id from organizations
    union
    select {{ normalised_name('alias') }} as text, id as organization_id from aliases where kind = 'organization'
)

select text, min(organization_id) as organization_id
from known
where text is not null
group by text
having count(distinct organization_id) = 1
