-- Grain: one row per step in a membership, country that it concerns, and organisation through which it does.
-- A membership concerns the member, not the other members.
select fact_id, member_code as country_code, cast(null as varchar) as via, cast(null as varchar) as relation
from {{ ref('int_membership_event') }}
where member_kind = 'country'

union all

select members.fact_id, organizations.country_code, organizations.organization_id as via, organizations.relation
from {{ ref('int_membership_event') }} as members
inner join {{ ref('int_organization_country') }} as organizations
    on members.member_kind = 'organization' and members.member_code = organizations.organization_id
where {{ stood_for('organizations', 'members.occurred_earliest', 'members.occurred_latest') }}
