-- Grain: as the source table `reference.country_code`.
select * from {{ source('reference', 'country_code') }}
