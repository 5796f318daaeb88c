-- Grain: one row per statement with a target and holder of the position that it states: the side on whose behalf it is
-- made, and the person who makes it.
-- Only what is asserted or inferred counts. Targets are brought to one id: a membership, whichever of its steps the
-- statement names, is one target; so is a country, whichever of its codes.
with statements as (
    select * from {{ ref('int_statement') }} where target_id is not null and modality in ('asserted', 'inferred')
),

subjects as (
    select subject_kind, subject_id, fact_id from {{ ref('int_subject') }}
),

memberships as (
    select
        fact_id,
        organization_id,
        member_kind,
        member_code,
        member_reported,
        {{ key_of_reported('member_code', 'member_reported') }} as member_ref
    from {{ ref('int_membership_event') }}
),

country_references as (
    select reference, country_code from {{ ref('int_country_reference') }}
),

targeted as (
    select
        statements.*,
        subjects.fact_id as target_fact_id,
        memberships.organization_id as target_organization_id,
        memberships.member_kind as target_member_kind,
        memberships.member_code as target_member_code,
        memberships.member_reported as target_member_reported,
        case
            when memberships.fact_id is not null
                then cast(json_array(memberships.organization_id, memberships.member_kind, memberships.member_ref) as varchar)
            when country_references.country_code is not null then country_references.country_code
            else coalesce(subjects.fact_id, statements.target_id)
        end as target_ref
    from statements
    left join subjects
        on statements.target_kind = subjects.subject_kind and statements.target_id = subjects.subject_id
    left join memberships on statements.target_kind = 'membership' and subjects.fact_id = memberships.fact_id
    left join country_references
        on statements.target_kind = 'country' and statements.target_id = country_references.reference
)

select
    on_behalf_of_kind as holder_kind,
    on_behalf_of_code as holder_code,
    on_behalf_of_reported as holder_reported,
    {{ key_of_reported('on_behalf_of_code', 'on_behalf_of_reported') }} as holder_ref,
    *
from targeted
where on_behalf_of_code is not null

union all

select
    'person' as holder_kind,
    speaker_person_id as holder_code,
    speaker as holder_reported,
    speaker_person_id as holder_ref,
    *
from targeted
where speaker_person_id is not null
