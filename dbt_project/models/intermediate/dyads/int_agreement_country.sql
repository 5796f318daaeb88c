-- Grain: one row per agreement and country that is a party to it, itself or through an organisation.
with parties as (
    select agreement_id, party_kind, party_code from {{ ref('int_agreement_party') }}
),

-- when the agreement came about, to ask who was a member of a bloc then
dates as (
    select agreement_id, min(occurred_earliest) as earliest, min(occurred_latest) as latest
    from {{ ref('int_agreement_event') }}
    group by agreement_id
),

present as (
    select agreement_id, party_code as country_code, cast(null as varchar) as via, cast(null as varchar) as relation
    from parties
    where party_kind = 'country'

    union all

    select
        parties.agreement_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from parties
    left join dates on parties.agreement_id = dates.agreement_id
    inner join {{ ref('int_organization_country') }} as organizations
        on parties.party_kind = 'organization' and parties.party_code = organizations.organization_id
    where {{ stood_for('organizations', 'dates.earliest', 'dates.latest') }}
)

select agreement_id, country_code, via, relation
from present
{{ closest_presence(['agreement_id']) }}
