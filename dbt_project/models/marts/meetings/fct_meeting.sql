-- Grain: one row per meeting of which anybody recorded something, with its dates, its state and who was counted at it.
-- What is known of it today: the current one of its versions.
{{ config(meta={'keyed': {
    'key': ['meeting_id'],
    'by': {'meeting_version': ['meeting_id']},
}}) }}
with versions as (
    select * exclude (clock, known_from, known_to, is_current) from {{ ref('meeting_version') }} where is_current
)

select * from versions
order by started_earliest nulls last, meeting_id
