-- Grain: one row per accepted row that claims somebody at a meeting: recorded by somebody, or each of the two countries of a
-- meeting that a machine read out of the news.
{{ config(meta={'keyed': {
    'key': ['meeting_id'], 'by': {'int_meeting_participation_claim_recorded': ['meeting_id'], 'int_reported_event_claim': ['reported_id']},
}}) }}
with reported_sides as (
    select
        *,
        reported_id as meeting_id,
        unnest([country_a_code, country_b_code]) as represents_code,
        unnest([country_a_name, country_b_name]) as represents_reported
    from {{ ref('int_reported_event_claim') }}
    where meeting_kind is not null
),

reported_claims as (
    {% call claims(
        'reported_sides', 'gdelt_events', 'meeting_participation', ['meeting_id', 'represents_code'],
        ['meeting_id', 'represents_code', 'represents_reported']
    ) %}
        meeting_id,
        'country' as represents_kind,
        represents_code,
        represents_reported
    {% endcall %}
)

select * from {{ ref('int_meeting_participation_claim_recorded') }}
union all by name
select * from reported_claims
