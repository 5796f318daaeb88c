-- Grain: one row per accepted stay of `raw/state_travels`, as one delivery has it.
with landed as (
    select
        *,
        start_date as started,
        end_date as ended,
        cast(null as timestamp) as recorded_at
    from {{ source('landing', 'state_travels') }}
)

select
    -- some copies write the number 733 as `Travel-733-secretary`
    regexp_replace(trip_id, '^Travel-([0-9]+)-[a-z]+$', '\1') as trip_number,
    coalesce(who, {{ slug('name') }}) as traveller_id,
    role,
    name as person_reported,
    {{ edtf_columns('started') }},
    {{ edtf_columns('ended') }},
    -- the source's ids of countries are names: korea-south
    replace(country_id, '-', ' ') as country_id_reported,
    country as country_reported,
    locale as place,
    remarks as description,
    {{ raw_key(['trip_id', 'start_date', 'who']) }} as raw_key,
    {{ content_hash(['trip_id', 'who', 'role', 'name', 'start_date', 'end_date', 'country_id', 'country', 'locale', 'remarks']) }}
        as content_hash,
    {{ source_claim_columns('history-at-state-travels') }},
    {{ lineage_columns() }}
from landed
{{ join_edtf('started') }}
{{ join_edtf('ended') }}
