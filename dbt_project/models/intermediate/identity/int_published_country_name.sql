-- Grain: one row per normalised name, tier, country and status of the names of countries that are published, however many
-- collections and languages have it.
select distinct {{ normalised_name('name') }} as normalised_name, tier, country_code, status
from {{ ref('stg_country_name') }}
