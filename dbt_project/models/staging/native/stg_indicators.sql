-- Grain: one row per accepted row of `raw/indicators` or of a dossier: one reported figure about a country or two.
with landed as (
    select * from {{ source('landing', 'indicators') }}
)

select
    indicator,
    country_a as country_a_reported,
    country_b as country_b_reported,
    {{ edtf_columns('period') }},
    operator,
    value,
    reported_value,
    unit,
    denominator,
    {{ raw_key(['indicator', 'country_a', 'country_b', 'period', 'unit']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('period') }}
