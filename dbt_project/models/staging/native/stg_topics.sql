-- Grain: one row per accepted row of `raw/topics` or of a dossier: a topic of a fact.
with landed as (
    select * from {{ source('landing', 'topics') }}
)

select
    subject_kind,
    subject_id,
    topic,
    {{ raw_key(['subject_kind', 'subject_id', 'topic']) }} as raw_key,
    {{ common_columns() }}
from landed
