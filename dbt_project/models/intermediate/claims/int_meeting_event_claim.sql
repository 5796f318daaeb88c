-- Grain: one row per accepted row that claims a step in the life of a meeting.
with staged as (
    select reported.* exclude (meeting_id), {{ identified('meeting_id', 'reported') }}
    from {{ ref('stg_meeting_events') }} as reported
    {{ join_identity("'meeting'", 'meeting_id', 'reported') }}
),

-- one document that dates the same step twice speaks of two steps (left, and joined again), in every document
repeated as (
    select distinct meeting_id, event
    from (
        select meeting_id, event
        from staged
        group by meeting_id, event, document_id, delivery_id
        having count(distinct occurred_edtf) > 1
    ) as dated_twice
),

dated as (
    select
        staged.*,
        case when staged.event = 'postponed' or repeated.meeting_id is not null then staged.occurred_edtf end as occurrence
    from staged
    left join repeated
        on staged.meeting_id is not distinct from repeated.meeting_id
        and staged.event is not distinct from repeated.event
)

select
    {{ claim_columns(
        'meeting_events', 'meeting_event',
        ['meeting_id', 'event', 'occurrence'],
        [
            'meeting_id', 'event', 'occurred_edtf'
        ]
    ) }},
    meeting_id,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    occurred_is_approximate,
    occurred_is_uncertain
from dated
