-- Grain: one row per accepted row of `raw/meeting_participants` or of a dossier: somebody at a meeting.
with landed as (
    select * from {{ source('landing', 'meeting_participants') }}
)

select
    meeting_id,
    person as person_reported,
    office,
    represents as represents_reported,
    role,
    {{ raw_key(['meeting_id', 'person', 'represents', 'role']) }} as raw_key,
    {{ common_columns() }}
from landed
