-- Grain: one row per organisation, country for which it stands, and time in which it does.
-- A ministry, an exchange or a company stands for the country it belongs to; a bloc for every country that is a member
-- of it by the membership facts. The United Nations signing with a country concerns that country alone: only a `bloc`
-- reaches its members.
with organizations as (
    select organization_id, kind, country_code from {{ ref('int_organization') }}
),

spells as (
    select organization_id, member_code, began_earliest, ended_latest, is_current
    from {{ ref('int_membership_spell') }}
    where member_kind = 'country' and status = 'member'
)

select
    organization_id,
    country_code,
    'home' as relation,
    cast(null as date) as began_earliest,
    cast(null as date) as ended_latest,
    true as is_current
from organizations
where {{ is_known_country('country_code') }}

union all

select
    organizations.organization_id,
    spells.member_code as country_code,
    'member' as relation,
    spells.began_earliest,
    spells.ended_latest,
    spells.is_current
from organizations
inner join spells on organizations.organization_id = spells.organization_id
where organizations.kind = 'bloc' and {{ is_known_country('spells.member_code') }}
