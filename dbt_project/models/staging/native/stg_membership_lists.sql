-- Grain: one row per accepted row of `raw/membership_lists` or of a dossier: a member on a complete list of one organisation on a day.
with landed as (
    select * from {{ source('landing', 'membership_lists') }}
)

select
    organization as organization_reported,
    {{ edtf_columns('valid_on') }},
    member as member_reported,
    status,
    {{ raw_key(['organization', 'valid_on', 'member']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('valid_on') }}
