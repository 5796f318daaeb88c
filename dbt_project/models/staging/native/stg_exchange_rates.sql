-- Grain: one row per accepted row of `raw/exchange_rates` or of a dossier: one exchange rate of one period.
with landed as (
    select * from {{ source('landing', 'exchange_rates') }}
)

select
    currency,
    per,
    {{ edtf_columns('period') }},
    rate,
    kind,
    {{ raw_key(['currency', 'per', 'period', 'kind']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('period') }}
