-- Grain: one row per accepted visit of `raw/state_visits`, as one delivery has it.
with landed as (
    select * from {{ source('landing', 'state_visits') }}
)

select
    visit_id,
    {{ edtf_columns('start_date') }},
    {{ edtf_columns('end_date') }},
    visitor as visitor_reported,
    from_id,
    from_country as from_country_reported,
    description,
    {{ raw_key(['visit_id', 'start_date', 'visitor']) }} as raw_key,
    {{ content_hash(['visit_id', 'start_date', 'end_date', 'visitor', 'from_id', 'from_country', 'description']) }}
        as content_hash,
    {{ lineage_columns() }}
from (select *, cast(null as timestamp) as recorded_at from landed) as landed
{{ join_edtf('start_date') }}
{{ join_edtf('end_date') }}
