-- Grain: as the source table `reference.country_name`.
select * from {{ source('reference', 'country_name') }}
