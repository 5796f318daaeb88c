-- Grain: one row per accepted row of `raw/projects` or of a dossier: a step in a joint project.
with landed as (
    select * from {{ source('landing', 'projects') }}
)

select
    project_id,
    name,
    sector,
    country as country_reported,
    place,
    event,
    {{ edtf_columns('occurred') }},
    capacity,
    unit,
    {{ raw_key(['project_id', 'event']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('occurred') }}
