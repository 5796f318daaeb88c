-- Grain: one row per person, office, whom it represents, and spell in which it was held; and the unknown office.
-- An office that is only seen at a meeting or in a statement has one row with an unknown spell.
with recorded as (
    select
        person_id,
        office,
        represents_kind,
        represents_code,
        held_edtf,
        held_earliest,
        held_latest,
        fact_id,
        document_id,
        claim_count,
        has_conflict,
        true as is_delivered
    from {{ ref('int_person_office') }}
    where office is not null and person_id <> 'unknown'
    qualify row_number() over (
        partition by person_id, {{ normalised_name('office') }}, represents_code, held_edtf order by fact_id
    ) = 1
),

seen as (
    select person_id, office, represents_kind, represents_code from {{ ref('int_meeting_participation') }}
    union all
    select speaker_person_id as person_id, office, on_behalf_of_kind as represents_kind, on_behalf_of_code as represents_code
    from {{ ref('int_statement') }}
),

seen_only as (
    select
        seen.person_id,
        min(seen.office) as office,
        min(seen.represents_kind) as represents_kind,
        seen.represents_code,
        false as is_delivered
    from seen
    left join recorded
        on seen.person_id = recorded.person_id
        and {{ normalised_name('seen.office') }} = {{ normalised_name('recorded.office') }}
        and seen.represents_code is not distinct from recorded.represents_code
    where recorded.person_id is null and seen.person_id <> 'unknown' and seen.office is not null
    group by seen.person_id, {{ normalised_name('seen.office') }}, seen.represents_code
),

offices as (
    select * from recorded
    union all by name
    select * from seen_only
    union all by name
    select 'unknown' as person_id, 'Unknown office' as office, false as is_delivered
),

titles as (
    select title, office_class, protocol_rank from {{ ref('office_titles') }}
)

select
    {{ surrogate_key(['offices.person_id', normalised_name('offices.office'), 'offices.represents_code', 'offices.held_edtf']) }}
        as office_key,
    {{ surrogate_key(['offices.person_id']) }} as person_key,
    offices.person_id,
    offices.office,
    coalesce(titles.office_class, 'unknown') as office_class,
    cast(titles.protocol_rank as integer) as protocol_rank,
    offices.represents_kind,
    offices.represents_code,
    offices.held_edtf,
    offices.held_earliest,
    offices.held_latest,
    offices.is_delivered,
    offices.fact_id,
    offices.document_id,
    cast(coalesce(offices.claim_count, 0) as bigint) as claim_count,
    coalesce(offices.has_conflict, false) as has_conflict
from offices
left join titles on {{ normalised_name('offices.office') }} = titles.title
order by offices.person_id, offices.held_earliest nulls last, offices.office
