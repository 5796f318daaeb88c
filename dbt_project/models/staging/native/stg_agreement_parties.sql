-- Grain: one row per accepted row of `raw/agreement_parties` or of a dossier: a party to an agreement.
with landed as (
    select * from {{ source('landing', 'agreement_parties') }}
)

select
    agreement_id,
    party as party_reported,
    role,
    {{ raw_key(['agreement_id', 'party']) }} as raw_key,
    {{ common_columns() }}
from landed
