-- Grain: one row per accepted row of `raw/external_ids` or of a dossier: the id of something in somebody else's register.
with landed as (
    select * from {{ source('landing', 'external_ids') }}
)

select
    kind,
    id,
    scheme,
    value,
    {{ raw_key(['kind', 'id', 'scheme', 'value']) }} as raw_key,
    {{ common_columns() }}
from landed
