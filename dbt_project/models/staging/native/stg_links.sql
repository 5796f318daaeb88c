-- Grain: one row per accepted row of `raw/links` or of a dossier: an edge between two facts.
with landed as (
    select * from {{ source('landing', 'links') }}
)

select
    subject_kind,
    subject_id,
    relation,
    object_kind,
    object_id,
    {{ raw_key(['subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id']) }} as raw_key,
    {{ common_columns() }}
from landed
