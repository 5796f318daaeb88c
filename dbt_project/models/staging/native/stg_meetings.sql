-- Grain: one row per accepted row of `raw/meetings` or of a dossier: a meeting or a visit.
with landed as (
    select * from {{ source('landing', 'meetings') }}
)

select
    meeting_id,
    kind,
    title,
    {{ edtf_columns('started') }},
    {{ edtf_columns('ended') }},
    place,
    country as country_reported,
    parent_meeting_id,
    {{ raw_key(['meeting_id']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('started') }}
{{ join_edtf('ended') }}
