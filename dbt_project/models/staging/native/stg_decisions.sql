-- Grain: one row per accepted row of `raw/decisions` or of a dossier: a human decision whether two ids are the same.
with landed as (
    select * from {{ source('landing', 'decisions') }}
)

select
    kind,
    id_a,
    id_b,
    same,
    decided_at,
    reason,
    {{ raw_key(['kind', 'id_a', 'id_b']) }} as raw_key,
    {{ common_columns() }}
from landed
