-- Grain: one row per accepted row of `raw/organizations` or of a dossier: an organisation.
with landed as (
    select * from {{ source('landing', 'organizations') }}
)

select
    organization_id,
    name,
    kind,
    country as country_reported,
    {{ raw_key(['organization_id']) }} as raw_key,
    {{ common_columns() }}
from landed
