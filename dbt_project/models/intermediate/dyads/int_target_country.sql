-- Grain: one row per thing that a statement may be about and country concerned by it, itself or through an
-- organisation.
-- A membership concerns the member, not the other members.
with membership_members as (
    select
        memberships.fact_id as target_id,
        memberships.member_kind,
        memberships.member_code,
        memberships.occurred_earliest,
        memberships.occurred_latest
    from {{ ref('int_membership_event') }} as memberships
),

concerned as (
    select 'agreement' as target_kind, agreement_id as target_id, country_code, via, relation
    from {{ ref('int_agreement_country') }}

    union all

    select 'meeting' as target_kind, meeting_id as target_id, country_code, via, relation
    from {{ ref('int_meeting_country') }}

    union all

    select 'project' as target_kind, project_id as target_id, country_code, via, relation
    from {{ ref('int_project_country') }}

    union all

    select 'membership' as target_kind, target_id, member_code as country_code, null as via, null as relation
    from membership_members
    where member_kind = 'country'

    union all

    select
        'membership' as target_kind,
        members.target_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from membership_members as members
    inner join {{ ref('int_organization_country') }} as organizations
        on members.member_kind = 'organization' and members.member_code = organizations.organization_id
    where {{ stood_for('organizations', 'members.occurred_earliest', 'members.occurred_latest') }}

    union all

    select 'organization' as target_kind, organization_id as target_id, country_code, organization_id as via, relation
    from {{ ref('int_organization_country') }}
    where is_current

    union all

    select 'country' as target_kind, reference as target_id, country_code, null as via, null as relation
    from {{ ref('int_country_reference') }}

    union all

    select
        'person' as target_kind,
        person_id as target_id,
        represents_code as country_code,
        null as via,
        null as relation
    from {{ ref('int_person_office') }}
    where represents_kind = 'country'

    union all

    select
        'statement' as target_kind,
        statement_id as target_id,
        on_behalf_of_code as country_code,
        null as via,
        null as relation
    from {{ ref('int_statement') }}
    where on_behalf_of_kind = 'country'

    union all

    select
        'indicator' as target_kind,
        fact_id as target_id,
        unnest([country_a_code, country_b_code]) as country_code,
        null as via,
        null as relation
    from {{ ref('int_indicator') }}

    union all

    select
        'trade' as target_kind,
        fact_id as target_id,
        unnest([reporter_code, partner_code, country_a_code, country_b_code]) as country_code,
        null as via,
        null as relation
    from {{ ref('int_trade_observation') }}
)

select target_kind, target_id, country_code, via, relation
from concerned
where {{ is_known_country('country_code') }}
{{ closest_presence(['target_kind', 'target_id']) }}
