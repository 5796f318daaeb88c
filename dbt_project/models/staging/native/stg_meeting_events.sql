-- Grain: one row per accepted row of `raw/meeting_events` or of a dossier: a step of a meeting.
with landed as (
    select * from {{ source('landing', 'meeting_events') }}
)

select
    meeting_id,
    event,
    {{ edtf_columns('occurred') }},
    {{ raw_key(['meeting_id', 'event']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('occurred') }}
