-- Grain: one row per somebody at a meeting, on behalf of one country or organisation, in one role. Factless.
{{ config(meta={'keyed': {
    'key': ['fact_id'],
    'by': {'int_meeting_participation_as_known': ['fact_id']},
    'through': {
        'fct_meeting': {'int_meeting_participation_as_known': {'meeting_id': 'meeting_id'}},
        'dim_office': {'int_meeting_participation_as_known': {'person_id': 'person_id'}},
    },
}}) }}
with participations as (
    select * from {{ ref('int_meeting_participation') }}
),

meetings as (
    select meeting_id, kind, status, started_edtf, started_earliest, started_latest, ended_latest
    from {{ ref('fct_meeting') }}
),

countries as (
    select country_code, valid_from, country_key from {{ ref('dim_country') }}
),

dated as (
    select
        participations.*,
        {{ normalised_name('participations.office') }} as normalised_office,
        meetings.kind as meeting_kind,
        meetings.status as meeting_status,
        meetings.started_edtf,
        meetings.started_earliest,
        meetings.started_latest,
        coalesce(meetings.ended_latest, meetings.started_latest, date '9999-12-31') as last_day
    from participations
    left join meetings on participations.meeting_id = meetings.meeting_id
),

offices as (
    select
        office_key,
        person_id,
        {{ normalised_name('office') }} as normalised_office,
        represents_code,
        held_earliest,
        held_latest
    from {{ ref('dim_office') }}
),

-- of several spells in one office: the one held then, else the one nearest to begin
best_offices as (
    select dated.fact_id, offices.office_key
    from dated
    inner join offices
        on dated.person_id = offices.person_id
        and dated.normalised_office = offices.normalised_office
        and dated.represents_code is not distinct from offices.represents_code
    qualify row_number() over (
        partition by dated.fact_id
        order by
            (
                coalesce(offices.held_earliest, date '0001-01-01') <= dated.last_day
                and coalesce(offices.held_latest, date '9999-12-31') >= coalesce(dated.started_earliest, date '0001-01-01')
            ) desc,
            abs(date_diff('day', dated.started_earliest, offices.held_earliest)) nulls last,
            offices.office_key
    ) = 1
)

select
    dated.fact_id,
    {{ surrogate_key(['dated.meeting_id']) }} as meeting_key,
    dated.meeting_id,
    dated.meeting_kind,
    dated.meeting_status,
    dated.started_edtf,
    dated.started_earliest,
    dated.started_latest,
    dated.person_id,
    {{ surrogate_key(["coalesce(dated.person_id, 'unknown')"]) }} as person_key,
    dated.person,
    dated.office,
    coalesce(best_offices.office_key, unknown_office.office_key) as office_key,
    dated.represents_kind,
    dated.represents_code,
    dated.represents_reported,
    case when dated.represents_kind <> 'organization' or dated.represents_kind is null then represented_countries.country_key end
        as represents_country_key,
    case when dated.represents_kind = 'organization' then {{ surrogate_key(['dated.represents_code']) }} end
        as represents_organization_key,
    dated.role,
    dated.document_id,
    {{ surrogate_key(['dated.document_id']) }} as document_key,
    dated.locator,
    dated.modality,
    dated.attributed_to,
    dated.evidence_class,
    cast(dated.claim_count as bigint) as claim_count,
    dated.has_conflict,
    dated.winning_claim_id,
    dated.winning_reason
from dated
left join best_offices on dated.fact_id = best_offices.fact_id
left join offices as unknown_office on unknown_office.person_id = 'unknown'
{{ join_country_as_of('represented_countries', 'dated.represents_code', 'dated.started_earliest', 'dated.started_latest') }}
order by dated.started_earliest nulls last, dated.meeting_id, dated.fact_id
