-- Grain: one row per text by which exactly one organisation is known: its id, its name, or an alias.
with ids as (
    select organization_id as text, organization_id from {{ ref('stg_organizations') }} where not is_retraction
),

names as (
    select {{ normalised_name('name') }} as text, organization_id
    from {{ ref('stg_organizations') }}
    where not is_retraction
),

aliases as (
    select {{ normalised_name('alias') }} as text, id as organization_id
    from {{ ref('stg_aliases') }}
    where kind = 'organization' and not is_retraction
),

known as (
    select * from ids
    union
    select * from names
    union
    select * from aliases
)

select text, min(organization_id) as organization_id
from known
where text is not null
group by text
having count(distinct organization_id) = 1
