-- Grain: one row per code of a scheme, as `scheme:code`, with the country it means where no date is given.
select
    {{ country_code_text('scheme', 'code') }} as coded,
    scheme,
    code,
    if(status = 'country', country_code, status) as country_code
from {{ ref('stg_country_code') }}
where is_default
