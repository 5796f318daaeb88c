-- Grain: one row per state of knowledge, agreement and country that was known to be a party to it, itself or through an
-- organisation. Whom an organisation stands for is what is known of it today.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_agreement_party_as_known': ['state_id'],
        'int_agreement_event_as_known': ['state_id'],
    },
    'through': {
        'int_organization_country': {'int_agreement_party_as_known': {'organization_id': 'party_code'}},
    },
}}) }}
with parties as (
    select state_id, is_current, agreement_id, party_kind, party_code from {{ ref('int_agreement_party_as_known') }}
),

-- when the agreement came about, to ask who was a member of a bloc then
dates as (
    select state_id, agreement_id, min(occurred_earliest) as earliest, min(occurred_latest) as latest
    from {{ ref('int_agreement_event_as_known') }}
    group by state_id, agreement_id
),

present as (
    select
        state_id,
        is_current,
        agreement_id,
        party_code as country_code,
        cast(null as varchar) as via,
        cast(null as varchar) as relation
    from parties
    where party_kind = 'country'

    union all

    select
        parties.state_id,
        parties.is_current,
        parties.agreement_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from parties
    left join dates on {{ same_key(['state_id', 'agreement_id'], 'parties', 'dates') }}
    inner join {{ ref('int_organization_country') }} as organizations
        on parties.party_kind = 'organization' and parties.party_code = organizations.organization_id
    where {{ stood_for('organizations', 'dates.earliest', 'dates.latest') }}
)

select state_id, is_current, agreement_id, country_code, via, relation
from present
{{ closest_presence(['state_id', 'agreement_id']) }}
