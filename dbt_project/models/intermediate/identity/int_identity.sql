-- Grain: one row per kind and id under which something was reported that is known by another id.
-- What is not here stands for itself.
select kind, reported_id, canonical_id from {{ ref('int_organization_identity') }} where reported_id <> canonical_id
union all
select kind, reported_id, canonical_id from {{ ref('int_entity_identity') }} where reported_id <> canonical_id
