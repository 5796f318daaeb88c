-- Grain: one row per sort of instrument, state of an agreement or of a party's part in it, and step possible in it: the state
-- that follows. A step that is not here is impossible in that state: it is flagged, and changes nothing.
with transitions as (
    select * from {{ ref('agreement_status_transitions') }}
),

statuses as (
    select * from {{ ref('agreement_statuses') }}
)

select
    {{ surrogate_key(['transitions.instrument', 'transitions.state', 'transitions.event']) }} as agreement_transition_key,
    transitions.instrument,
    transitions.state,
    former.phase as state_phase,
    transitions.event,
    transitions.next_state,
    following.phase as next_state_phase,
    following.description as next_state_description,
    transitions.state <> transitions.next_state as is_status_change
from transitions
left join statuses as former on transitions.state = former.status
left join statuses as following on transitions.next_state = following.status
order by transitions.instrument, former.status_order, transitions.event
