-- Grain: one row per thing that a statement may be about and country concerned by it, itself or through an
-- organisation.
{{ config(meta={'keyed': {
    'key': ['target_id'],
    'by': {
        'int_agreement_country_as_known': ['agreement_id'],
        'int_meeting_country_as_known': ['meeting_id'],
        'int_project_country_as_known': ['project_id'],
        'int_membership_country': ['fact_id'],
        'int_organization_country': ['organization_id'],
        'int_country_reference': ['reference'],
        'int_person_office_as_known': ['person_id'],
        'int_statement_as_known': ['statement_id'],
        'int_indicator_as_known': ['fact_id'],
        'int_trade_observation_as_known': ['fact_id'],
    },
}}) }}
with concerned as (
    select 'agreement' as target_kind, agreement_id as target_id, country_code, via, relation
    from {{ ref('int_agreement_country') }}

    union all

    select 'meeting' as target_kind, meeting_id as target_id, country_code, via, relation
    from {{ ref('int_meeting_country') }}

    union all

    select 'project' as target_kind, project_id as target_id, country_code, via, relation
    from {{ ref('int_project_country') }}

    union all

    select 'membership' as target_kind, fact_id as target_id, country_code, via, relation
    from {{ ref('int_membership_country') }}

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
