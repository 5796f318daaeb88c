-- Grain: as the source table `reference.country`.
select * from {{ source('reference', 'country') }}
