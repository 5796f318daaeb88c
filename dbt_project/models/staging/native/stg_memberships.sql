-- Grain: one row per accepted row of `raw/memberships` or of a dossier: a step in a membership.
with landed as (
    select * from {{ source('landing', 'memberships') }}
)

select
    organization as organization_reported,
    member as member_reported,
    event,
    {{ edtf_columns('occurred') }},
    {{ raw_key(['organization', 'member', 'event']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('occurred') }}
