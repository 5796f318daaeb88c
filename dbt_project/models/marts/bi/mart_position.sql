-- Grain: one row per holder of a position (a country, an organisation or a person), target, and time in which it took one
-- stance.
with positions as (
    select * from {{ ref('int_position') }}
),

country_names as (
    select country_code, arg_max(name, valid_to) as name from {{ ref('stg_country') }} group by country_code
),

organization_names as (
    select organization_id, name from {{ ref('dim_organization') }}
),

-- what the targets are called
target_names as (
    select 'agreement' as target_kind, fact_id as target_ref, title as name from {{ ref('int_agreement') }}
    union all
    select 'meeting' as target_kind, fact_id as target_ref, title as name from {{ ref('int_meeting') }}
    union all
    select 'organization' as target_kind, fact_id as target_ref, name from {{ ref('int_organization') }}
    union all
    select 'project' as target_kind, fact_id as target_ref, name from {{ ref('int_project_event') }}
    union all
    select 'person' as target_kind, fact_id as target_ref, name from {{ ref('int_person_office') }}
    union all
    select 'statement' as target_kind, fact_id as target_ref, paraphrase as name from {{ ref('int_statement') }}
    union all
    select 'country' as target_kind, country_code as target_ref, name from country_names
)

select
    {{ surrogate_key([
        'positions.holder_kind', 'positions.holder_ref', 'positions.target_kind', 'positions.target_ref',
        'positions.run_number'
    ]) }} as position_key,
    positions.holder_kind,
    positions.holder_code,
    coalesce(holder_country.name, holder_organization.name, positions.holder_reported) as holder,
    positions.stance,
    positions.leaning,
    positions.target_kind,
    positions.target_id,
    positions.target_fact_id,
    case
        when positions.target_kind = 'membership' then coalesce(
            'membership of ' || coalesce(member_country.name, member_organization.name, positions.target_member_reported)
            || ' in ' || coalesce(target_organization.name, positions.target_organization_id),
            positions.target_id
        )
        else coalesce(target_names.name, positions.target_id)
    end as target,
    positions.target_organization_id,
    positions.target_member_code,
    positions.began_edtf,
    positions.began_earliest,
    positions.began_latest,
    positions.last_stated_edtf,
    positions.ended_edtf,
    positions.ended_earliest,
    positions.ended_latest,
    positions.previous_stance,
    positions.next_stance,
    positions.changed_edtf,
    positions.is_change,
    positions.is_reversal,
    positions.is_order_unknown,
    positions.is_current,
    cast(positions.statement_count as bigint) as statement_count,
    positions.fact_id,
    positions.statement_id,
    positions.document_id,
    positions.locator,
    positions.modality,
    positions.attributed_to,
    positions.has_conflict,
    positions.evidence_class,
    documents.licence,
    documents.redistributable
from positions
left join country_names as holder_country
    on positions.holder_kind = 'country' and positions.holder_code = holder_country.country_code
left join organization_names as holder_organization
    on positions.holder_kind = 'organization' and positions.holder_code = holder_organization.organization_id
left join country_names as member_country
    on positions.target_member_kind = 'country' and positions.target_member_code = member_country.country_code
left join organization_names as member_organization
    on positions.target_member_kind = 'organization' and positions.target_member_code = member_organization.organization_id
left join organization_names as target_organization
    on positions.target_organization_id = target_organization.organization_id
left join target_names
    on positions.target_kind = target_names.target_kind and positions.target_ref = target_names.target_ref
left join {{ ref('dim_document') }} as documents on positions.document_id = documents.document_id
order by positions.target_kind, positions.target_ref, positions.holder_kind, positions.holder_ref, positions.run_number
