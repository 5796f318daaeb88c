-- Grain: one row per accepted row of `raw/aliases` or of a dossier: another name of something.
with landed as (
    select * from {{ source('landing', 'aliases') }}
)

select
    kind,
    id,
    alias,
    language,
    {{ raw_key(['kind', 'id', 'alias']) }} as raw_key,
    {{ common_columns() }}
from landed
