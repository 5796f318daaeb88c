-- Grain: one row: the last moment at which anything was recorded. A build takes it for today, and does not look at the clock
-- on the wall.
select max(recorded_from) as known_until
from (
    select recorded_from from {{ ref('int_claim_version') }}
    union all
    select recorded_from from {{ ref('int_identity_era') }} where era_key = ''
) as recorded
