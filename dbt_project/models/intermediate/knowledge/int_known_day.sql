-- Grain: one row: the day of the last moment at which anything was recorded. Of two deliveries on one day the second changes
-- nothing of what only says up to which day it was known.
select cast(known_until as date) as known_until from {{ ref('int_known_until') }}
