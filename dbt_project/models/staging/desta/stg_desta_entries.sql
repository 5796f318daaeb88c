-- Grain: one row per accepted entry of `raw/desta`, as one delivery has it.
with landed as (
    select *, cast(null as timestamp) as recorded_at from {{ source('landing', 'desta') }}
)

select
    number as entry_number,
    coalesce(base_treaty, number) as base_number,
    name,
    entry_type,
    {{ edtf_columns('year') }},
    {{ edtf_columns('entryforceyear') }},
    wto_name,
    {{ raw_key(['number']) }} as raw_key,
    {{ source_claim_columns('desta', "'number ' || number") }},
    {{ lineage_columns() }}
from landed
{{ join_edtf('year') }}
{{ join_edtf('entryforceyear') }}
