-- Grain: one row per accepted row that claims a meeting and that somebody recorded: native, a visit to the United States or a
-- travel from there.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_meetings') }}
),

native_meetings as (
    select
        staged.* exclude (meeting_id, parent_meeting_id),
        {{ identified('meeting_id', in_key=true) }},
        {{ identified('parent_meeting_id') }},
        {{ identity_era(['meeting_id']) }},
        country_country.country_code
    from staged
    {{ join_country('meetings', 'country') }}
    {{ join_identity("'meeting'", 'meeting_id', in_key=true) }}
    {{ join_identity("'meeting'", 'parent_meeting_id') }}
),

native_claims as (
    {% call claims(
        'native_meetings', 'meetings', 'meeting', ['meeting_id'],
        [
            'meeting_id', 'kind', 'title', 'started_edtf', 'ended_edtf', 'place', 'country_code',
            'country_reported', 'parent_meeting_id'
        ],
        has_era=true
    ) %}
        meeting_id,
        reported_meeting_id,
        kind,
        title,
        started_edtf,
        started_earliest,
        started_latest,
        started_precision,
        started_is_approximate,
        started_is_uncertain,
        ended_edtf,
        ended_earliest,
        ended_latest,
        ended_precision,
        ended_is_approximate,
        ended_is_uncertain,
        place,
        country_code,
        country_reported,
        parent_meeting_id,
        false as is_id_ambiguous
    {% endcall %}
),

visits as (
    select
        visit.* exclude (
            meeting_id, start_date_edtf, start_date_earliest, start_date_latest, start_date_precision, start_date_is_approximate,
            start_date_is_uncertain, end_date_edtf, end_date_earliest, end_date_latest, end_date_precision,
            end_date_is_approximate, end_date_is_uncertain
        ),
        {{ identified('meeting_id', 'visit', in_key=true) }},
        {{ identity_era(['meeting_id']) }},
        'visit' as kind,
        visitor_reported || ' (' || from_country_reported || ') in the United States' as title,
        start_date_edtf as started_edtf,
        start_date_earliest as started_earliest,
        start_date_latest as started_latest,
        start_date_precision as started_precision,
        start_date_is_approximate as started_is_approximate,
        start_date_is_uncertain as started_is_uncertain,
        end_date_edtf as ended_edtf,
        end_date_earliest as ended_earliest,
        end_date_latest as ended_latest,
        end_date_precision as ended_precision,
        end_date_is_approximate as ended_is_approximate,
        end_date_is_uncertain as ended_is_uncertain,
        cast(null as varchar) as place,
        'USA' as country_code,
        'United States' as country_reported,
        cast(null as varchar) as parent_meeting_id,
        {{ source_claim_columns('history-at-state-visits') }}
    from {{ ref('int_state_visit') }} as visit
    {{ join_identity("'meeting'", 'meeting_id', 'visit', in_key=true) }}
),

visit_claims as (
    {% call claims(
        'visits', 'state_visits', 'meeting', ['meeting_id'],
        ['meeting_id', 'kind', 'title', 'started_edtf', 'ended_edtf', 'description', 'country_code'],
        has_era=true
    ) %}
        meeting_id,
        reported_meeting_id,
        kind,
        title,
        started_edtf,
        started_earliest,
        started_latest,
        started_precision,
        started_is_approximate,
        started_is_uncertain,
        ended_edtf,
        ended_earliest,
        ended_latest,
        ended_precision,
        ended_is_approximate,
        ended_is_uncertain,
        place,
        country_code,
        country_reported,
        parent_meeting_id,
        is_id_ambiguous
    {% endcall %}
),

travels as (
    select
        travel.* exclude (meeting_id),
        {{ identified('meeting_id', 'travel', in_key=true) }},
        {{ identity_era(['meeting_id']) }},
        'visit' as kind,
        person_reported || ' in ' || coalesce(country_reported, place, 'an unnamed country') as title
    from {{ ref('int_state_travel') }} as travel
    {{ join_identity("'meeting'", 'meeting_id', 'travel', in_key=true) }}
),

travel_claims as (
    {% call claims(
        'travels', 'state_travels', 'meeting', ['meeting_id'],
        [
            'meeting_id', 'kind', 'title', 'started_edtf', 'ended_edtf', 'place', 'description', 'country_code',
            'country_reported'
        ],
        has_era=true
    ) %}
        meeting_id,
        reported_meeting_id,
        kind,
        title,
        started_edtf,
        started_earliest,
        started_latest,
        started_precision,
        started_is_approximate,
        started_is_uncertain,
        ended_edtf,
        ended_earliest,
        ended_latest,
        ended_precision,
        ended_is_approximate,
        ended_is_uncertain,
        place,
        country_code,
        country_reported,
        is_id_ambiguous
    {% endcall %}
)

select * from native_claims
union all by name
select * from visit_claims
union all by name
select * from travel_claims
