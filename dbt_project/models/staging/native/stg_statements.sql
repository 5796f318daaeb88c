-- Grain: one row per accepted row of `raw/statements` or of a dossier: a position taken by one speaker or one side.
with landed as (
    select * from {{ source('landing', 'statements') }}
)

select
    statement_id,
    speaker as speaker_reported,
    office,
    on_behalf_of as on_behalf_of_reported,
    {{ edtf_columns('made') }},
    meeting_id,
    stance,
    target_kind,
    target_id,
    paraphrase,
    {{ raw_key(['statement_id']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('made') }}
