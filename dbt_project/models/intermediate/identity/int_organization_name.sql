-- Grain: one row per text by which exactly one organisation is known: its id, its name, or an alias.
with organizations as (
    {{ standing_rows('organizations', ['organization_id']) }}
),

aliases as (
    select * from {{ ref('int_standing_alias') }}
),

known as (
    select organization_id as text, organization_id from organizations
    union
    select {{ normalised_name('name') }} as text, organization_id from organizations
    union
    select {{ normalised_name('alias') }} as text, id as organization_id from aliases where kind = 'organization'
),

identified as (
    select known.text, coalesce(identity.canonical_id, known.organization_id) as organization_id
    from known
    left join {{ ref('int_organization_identity') }} as identity on known.organization_id = identity.reported_id
)

select text, min(organization_id) as organization_id
from identified
where text is not null
group by text
having count(distinct organization_id) = 1
