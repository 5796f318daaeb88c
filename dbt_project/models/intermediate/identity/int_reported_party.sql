-- Grain: one row per feed and text that stands where a country or an organisation may stand.
-- An organisation that was recorded wins over a country of the same name; `scheme:code` is always a country.
with countries as (
    select feed, reported, country_code from {{ ref('int_reported_country') }}
),

organizations as (
    select text, organization_id from {{ ref('int_organization_name') }}
)

select
    countries.feed,
    countries.reported,
    case
        when coalesce(by_id.organization_id, by_name.organization_id) is not null then 'organization'
        when countries.country_code in ('unknown', 'not_a_country') then countries.country_code
        else 'country'
    end as party_kind,
    coalesce(by_id.organization_id, by_name.organization_id, countries.country_code) as party_code
from countries
left join organizations as by_id on countries.reported = by_id.text
left join organizations as by_name on {{ normalised_name('countries.reported') }} = by_name.text
