-- Grain: one row per organisation that was recorded, or that a fact names though nobody has recorded it; and the unknown one.
with recorded as (
    select
        organization_id,
        name,
        kind,
        country_code,
        country_reported,
        fact_id,
        document_id,
        claim_count,
        has_conflict,
        true as is_delivered
    from {{ ref('int_organization') }}
    qualify row_number() over (partition by organization_id order by fact_id) = 1
),

named as (
    select organization_id, organization_reported as name from {{ ref('int_membership_event') }}
    union all
    select organization_id, organization_reported as name from {{ ref('int_membership_listing') }}
    union all
    select member_code, member_reported from {{ ref('int_membership_event') }} where member_kind = 'organization'
    union all
    select member_code, member_reported from {{ ref('int_membership_listing') }} where member_kind = 'organization'
    union all
    select party_code, party_reported from {{ ref('int_agreement_party') }} where party_kind = 'organization'
    union all
    select party_code, party_reported from {{ ref('int_agreement_event') }} where party_kind = 'organization'
    union all
    select represents_code, represents_reported
    from {{ ref('int_meeting_participation') }}
    where represents_kind = 'organization'
    union all
    select represents_code, represents_reported from {{ ref('int_person_office') }} where represents_kind = 'organization'
    union all
    select on_behalf_of_code, on_behalf_of_reported from {{ ref('int_statement') }} where on_behalf_of_kind = 'organization'
),

not_recorded as (
    select organization_id, min(name) as name, false as is_delivered
    from named
    where organization_id is not null and organization_id not in (select organization_id from recorded)
    group by organization_id
),

organizations as (
    select * from recorded
    union all by name
    select * from not_recorded where organization_id <> 'unknown'
    union all by name
    select 'unknown' as organization_id, 'Unknown organisation' as name, false as is_delivered
    where 'unknown' not in (select organization_id from recorded)
),

countries as (
    select country_code, country_key from {{ ref('dim_country') }} where is_current
)

select
    {{ surrogate_key(['organizations.organization_id']) }} as organization_key,
    organizations.organization_id,
    organizations.name,
    coalesce(organizations.kind, 'unknown') as kind,
    organizations.country_code,
    organizations.country_reported,
    countries.country_key,
    organizations.is_delivered,
    organizations.fact_id,
    organizations.document_id,
    cast(coalesce(organizations.claim_count, 0) as bigint) as claim_count,
    coalesce(organizations.has_conflict, false) as has_conflict
from organizations
left join countries on coalesce(organizations.country_code, 'unknown') = countries.country_code
order by organizations.organization_id
