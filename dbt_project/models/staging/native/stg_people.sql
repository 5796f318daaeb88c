-- Grain: one row per accepted row of `raw/people` or of a dossier: a person in an office.
with landed as (
    select * from {{ source('landing', 'people') }}
)

select
    person_id,
    name,
    office,
    represents as represents_reported,
    {{ edtf_columns('held') }},
    {{ raw_key(['person_id', 'office', 'represents', 'held']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('held') }}
