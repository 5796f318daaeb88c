-- What decisions moved stands today as `int_identity` says, in which all of today's facts are known.
select eras.kind, eras.reported_id, eras.canonical_id
from {{ ref('int_identity_era') }} as eras
left join {{ ref('int_identity') }} as today on eras.kind = today.kind and eras.reported_id = today.reported_id
where eras.era_key = '' and eras.canonical_id <> coalesce(today.canonical_id, eras.reported_id)
