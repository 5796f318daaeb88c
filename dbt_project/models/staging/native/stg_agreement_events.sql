-- Grain: one row per accepted row of `raw/agreement_events` or of a dossier: a step in the life of an agreement, for one party or for all.
with landed as (
    select * from {{ source('landing', 'agreement_events') }}
)

select
    agreement_id,
    party as party_reported,
    event,
    {{ edtf_columns('occurred') }},
    {{ edtf_columns('effective') }},
    {{ raw_key(['agreement_id', 'party', 'event']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('occurred') }}
{{ join_edtf('effective') }}
