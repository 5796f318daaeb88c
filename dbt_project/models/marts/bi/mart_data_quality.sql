-- Grain: one row per feed.
-- Rows are counted under the feed that delivered them, claims and facts under the feed whose contract they meet: a fact
-- out of a dossier is a row of `dossiers` and a claim of, say, `meetings`.
with deliveries as (
    select
        feed,
        count(*) filter (where status = 'loaded') as deliveries_loaded,
        count(*) filter (where status = 'held') as deliveries_held,
        count(*) filter (where status = 'refused') as deliveries_refused,
        coalesce(sum(rows_read) filter (where status = 'loaded'), 0) as rows_read,
        coalesce(sum(rows_accepted) filter (where status = 'loaded'), 0) as rows_accepted,
        coalesce(sum(rows_rejected) filter (where status = 'loaded'), 0) as rows_rejected
    from {{ ref('stg_deliveries') }}
    group by feed
),

refused as (
    select refused.feed, count(*) as deliveries_refused_open
    from {{ ref('stg_deliveries') }} as refused
    where
        refused.status = 'refused'
        and not exists (
            select 1 from {{ ref('stg_deliveries') }} as later
            where
                later.feed = refused.feed
                and later.status = 'loaded'
                and later.received_at > refused.received_at
                and (later.path = refused.path or later.dataset_key = refused.dataset_key)
        )
    group by refused.feed
),

quarantine as (
    select delivery_feed as feed, count(*) filter (where resolution = 'open') as rows_open
    from {{ ref('int_rejected_row') }}
    group by delivery_feed
),

claims as (
    select * from {{ ref('int_claim_count') }}
),

facts as (
    select * from {{ ref('int_fact_count') }}
),

unresolved as (
    select
        winning_feed as feed,
        count(*) filter (where kind in ('country', 'country_or_organization')) as unknown_countries,
        count(*) filter (where column_name in ('person', 'speaker')) as unknown_people,
        count(*) filter (where kind in ('currency', 'commodity', 'classification', 'unit', 'topic')) as unknown_codes,
        count(*) filter (
            where column_name not in ('person', 'speaker')
            and kind not in (
                'country', 'country_or_organization', 'currency', 'commodity', 'classification', 'unit', 'topic'
            )
        ) as dangling_references
    from {{ ref('int_unresolved_reference') }}
    group by winning_feed
),

-- a machine-coded feed is reduced: most of its rows stay in landing, and are counted here
reduced as (
    select 'gdelt_events' as feed, reductions.*
    from {{ ref('int_reported_event_reduction') }} as reductions
    where reductions.released_on is null
),

unknown_codes as (
    select 'gdelt_events' as feed, sum(row_count) as unknown_countries
    from {{ ref('int_reported_event_unknown_code') }}
),

feeds as (
    select feed from deliveries
    union
    select feed from claims
)

select
    feeds.feed,
    {%- for column in ['deliveries_loaded', 'deliveries_held', 'deliveries_refused'] %}
    coalesce(deliveries.{{ column }}, 0) as {{ column }},
    {%- endfor %}
    {%- for column in ['rows_read', 'rows_accepted', 'rows_rejected'] %}
    cast(coalesce(deliveries.{{ column }}, 0) as bigint) as {{ column }},
    {%- endfor %}
    coalesce(quarantine.rows_open, 0) as rows_open,
    coalesce(refused.deliveries_refused_open, 0) as deliveries_refused_open,
    coalesce(claims.claim_versions, 0) as claim_versions,
    coalesce(claims.current_claims, 0) as current_claims,
    coalesce(facts.facts, 0) as facts,
    coalesce(facts.undated_facts, 0) as undated_facts,
    coalesce(facts.facts_in_conflict, 0) as facts_in_conflict,
    cast(coalesce(unresolved.unknown_countries, 0) + coalesce(unknown_codes.unknown_countries, 0) as bigint) as unknown_countries,
    coalesce(unresolved.unknown_people, 0) as unknown_people,
    coalesce(unresolved.unknown_codes, 0) as unknown_codes,
    coalesce(unresolved.dangling_references, 0) as dangling_references,
    reduced.rows_between_countries,
    reduced.rows_of_cooperation,
    reduced.reduced_rows,
    reduced.artefact_rows,
    reduced.url_count,
    reduced.event_count
from feeds
left join deliveries on feeds.feed = deliveries.feed
left join refused on feeds.feed = refused.feed
left join quarantine on feeds.feed = quarantine.feed
left join claims on feeds.feed = claims.feed
left join facts on feeds.feed = facts.feed
left join unresolved on feeds.feed = unresolved.feed
left join reduced on feeds.feed = reduced.feed
left join unknown_codes on feeds.feed = unknown_codes.feed
order by feeds.feed
