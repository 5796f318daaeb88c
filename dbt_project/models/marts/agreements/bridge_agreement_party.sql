-- Grain: one row per agreement and party to it; two parties that did not resolve stay two.
{{ config(meta={'keyed': {
    'key': ['agreement_id'],
    'by': {
        'int_agreement_side_as_known': ['agreement_id'],
        'int_agreement_step_as_known': ['agreement_id'],
    },
    'through': {
        'dim_organization': {'int_agreement_side_as_known': {'organization_id': 'party_code'}},
    },
}}) }}
with sides as (
    select * from {{ ref('int_agreement_side_as_known') }} where is_current
),

-- a name changes, a party does not: the version of a country's name is the one of the agreement's first step
first_steps as (
    select agreement_id, min(happened_earliest) as first_step_earliest
    from {{ ref('int_agreement_step_as_known') }}
    where is_current
    group by agreement_id
),

organizations as (
    select organization_id, organization_key, country_code from {{ ref('dim_organization') }}
),

countries as (
    select country_code, valid_from, country_key from {{ ref('dim_country') }}
),

located as (
    select
        sides.*,
        first_steps.first_step_earliest,
        case when sides.party_kind = 'organization' then organizations.country_code else sides.party_code end
            as party_country_code,
        organizations.organization_key as party_organization_key
    from sides
    left join first_steps on sides.agreement_id = first_steps.agreement_id
    left join organizations on sides.party_kind = 'organization' and sides.party_code = organizations.organization_id
)

select
    {{ surrogate_key(['located.agreement_id', 'located.party_kind', 'located.party_ref']) }} as agreement_party_key,
    {{ surrogate_key(['located.agreement_id']) }} as agreement_key,
    located.agreement_id,
    located.party_kind,
    located.party_code,
    located.party_reported as reported_party,
    located.party_country_code,
    case when located.party_country_code is not null then party_countries.country_key end as party_country_key,
    located.party_organization_key,
    located.role,
    located.is_listed,
    located.fact_id,
    located.document_id,
    {{ surrogate_key(['located.document_id']) }} as document_key,
    located.locator,
    located.modality,
    located.evidence_class,
    cast(located.claim_count as bigint) as claim_count,
    located.has_conflict,
    located.winning_claim_id,
    located.winning_reason
from located
{{ join_country_as_of('party_countries', 'located.party_country_code', 'located.first_step_earliest') }}
order by located.agreement_id, located.party_code
