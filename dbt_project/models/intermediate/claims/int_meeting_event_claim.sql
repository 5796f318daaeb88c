-- Grain: one row per accepted row that claims a step in the life of a meeting.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select
        reported.* exclude (meeting_id),
        {{ identified('meeting_id', 'reported', in_key=true) }},
        {{ identity_era(['meeting_id']) }}
    from {{ ref('stg_meeting_events') }} as reported
    {{ join_identity("'meeting'", 'meeting_id', 'reported', in_key=true) }}
),

{{ dated_steps('staged', ['meeting_id', 'event'], recurring=['postponed'], has_era=true) }}

{% call claims(
    'dated', 'meeting_events', 'meeting_event',
    ['meeting_id', 'event', 'occurrence'],
    [
        'meeting_id', 'event', 'occurred_edtf'
    ],
    has_era=true
) %}
    meeting_id,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    occurred_is_approximate,
    occurred_is_uncertain
{% endcall %}
