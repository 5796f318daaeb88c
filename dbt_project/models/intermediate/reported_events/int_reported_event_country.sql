-- Grain: one row per code of a country in `gdelt_events`, with the country that it means.
-- Apart from what other feeds call countries: a new name there must not make all events be reduced again.
select * from {{ ref('int_reported_country') }} where feed = 'gdelt_events'
