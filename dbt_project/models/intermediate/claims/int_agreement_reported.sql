-- Grain: one row per accepted row of any feed that claims an agreement, under the id that the row gives it.
-- What identity is decided on. A feed that records agreements is added here, and is matched like every other.
select 'agreements' as feed, staged.*
from {{ ref('stg_agreements') }} as staged
