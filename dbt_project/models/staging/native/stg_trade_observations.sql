-- Grain: one row per accepted row of `raw/trade_observations` or of a dossier: one reported trade figure.
with landed as (
    select * from {{ source('landing', 'trade_observations') }}
)

select
    reporter as reporter_reported,
    partner as partner_reported,
    country_a as country_a_reported,
    country_b as country_b_reported,
    direction,
    commodity,
    classification,
    {{ edtf_columns('period') }},
    operator,
    value,
    reported_value,
    unit,
    currency,
    basis,
    {{ raw_key(['reporter', 'country_a', 'country_b', 'partner', 'direction', 'commodity', 'classification', 'period', 'basis']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('period') }}
