-- Grain: as the source table `reference.country_source_alias`.
select * from {{ source('reference', 'country_source_alias') }}
