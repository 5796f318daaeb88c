-- Grain: one row per accepted row of `raw/agreements` or of a dossier: an agreement.
with landed as (
    select * from {{ source('landing', 'agreements') }}
)

select
    agreement_id,
    title,
    instrument_type,
    is_binding,
    place,
    registration,
    text_url,
    parent_agreement_id,
    parent_relation,
    {{ raw_key(['agreement_id']) }} as raw_key,
    {{ common_columns() }}
from landed
