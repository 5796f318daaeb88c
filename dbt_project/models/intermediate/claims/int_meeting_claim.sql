-- Grain: one row per accepted row that claims a meeting: recorded by somebody, or the first row of a meeting that a machine
-- read out of the news.
{{ config(meta={'keyed': {
    'key': ['meeting_id'], 'by': {'int_meeting_claim_recorded': ['meeting_id'], 'int_reported_event_claim': ['reported_id']},
}}) }}
with reported_meetings as (
    select
        *,
        reported_id as meeting_id,
        meeting_kind as kind,
        occurred_edtf as started_edtf
    from {{ ref('int_reported_event_claim') }}
    where meeting_kind is not null
),

reported_claims as (
    {% call claims(
        'reported_meetings', 'gdelt_events', 'meeting', ['meeting_id'], ['meeting_id', 'kind', 'title', 'started_edtf']
    ) %}
        meeting_id,
        kind,
        title,
        started_edtf,
        occurred_earliest as started_earliest,
        occurred_latest as started_latest,
        occurred_precision as started_precision,
        occurred_is_approximate as started_is_approximate,
        occurred_is_uncertain as started_is_uncertain,
        false as is_id_ambiguous
    {% endcall %}
)

select * from {{ ref('int_meeting_claim_recorded') }}
union all by name
select * from reported_claims
