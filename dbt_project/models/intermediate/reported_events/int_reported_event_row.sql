-- Grain: one row per GDELT row (GlobalEventID) between two countries in the CAMEO roots 03 to 06, with its event.
-- Straight from landing: of a hundred million rows a year, an eighth is left here. A row that several files hold (the
-- same export as .CSV and .zip) counts once, as the newest file has it.
{{ config(meta={'keyed': {
    'key': ['global_event_id'],
    'by': {'landing.gdelt_events': ['global_event_id']},
    'beside': {
        'int_reported_event_country': ['feed', 'reported', 'country_code'],
        'int_reported_event_delivery': ['delivery_id', 'as_of', 'received_at']
    }
}}) }}
with reported as (
    select staged.*, actor1_country_country.country_code as actor1_code, actor2_country_country.country_code as actor2_code
    from {{ ref('stg_gdelt_events') }} as staged
    {{ join_country('gdelt_events', 'actor1_country', countries='int_reported_event_country') }}
    {{ join_country('gdelt_events', 'actor2_country', countries='int_reported_event_country') }}
    where staged.event_root_code in ('03', '04', '05', '06') and staged.occurred_on is not null and staged.added_at is not null
),

between_countries as (
    select
        * exclude (event_root_code),
        {{ dyad_code('actor1_code', 'actor2_code') }} as dyad_code,
        least(actor1_code, actor2_code) as country_a_code,
        greatest(actor1_code, actor2_code) as country_b_code,
        if(event_code in ('042', '043'), 'visit', event_base_code) as event_class,
        -- who hosts a visit is visited: the visitor is the side that acts
        if(event_code = '043', actor2_code, actor1_code) as source_code,
        if(event_code = '043', actor1_code, actor2_code) as target_code
    from reported
    where dyad_code is not null
),

delivered as (
    select between_countries.*, deliveries.as_of, deliveries.received_at
    from between_countries
    inner join {{ ref('int_reported_event_delivery') }} as deliveries on between_countries.delivery_id = deliveries.delivery_id
),

each_once as (
    select
        *,
        min(received_at) over (partition by global_event_id) as first_received_at,
        count(*) over (partition by global_event_id) as copy_count
    from delivered
    qualify row_number() over (
        partition by global_event_id order by as_of desc, delivery_id, file_sha256, row_number
    ) = 1
)

select
    {{ surrogate_key(["'reported_event'", 'dyad_code', 'event_class', 'occurred_on']) }} as fact_id,
    each_once.global_event_id,
    each_once.dyad_code,
    each_once.country_a_code,
    each_once.country_b_code,
    each_once.event_class,
    each_once.occurred_on,
    each_once.source_code,
    each_once.target_code,
    each_once.is_relative_date_artefact,
    action_geo_country_country.country_code as place_country_code,
    each_once.goldstein_scale,
    each_once.num_mentions,
    each_once.num_articles,
    each_once.avg_tone,
    each_once.source_url,
    each_once.added_at,
    each_once.first_received_at,
    each_once.copy_count,
    each_once.delivery_id,
    each_once.file_sha256,
    each_once.row_number
from each_once
{{ join_country('gdelt_events', 'action_geo_country', 'each_once', 'int_reported_event_country') }}
