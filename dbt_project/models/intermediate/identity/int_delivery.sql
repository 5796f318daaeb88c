-- Grain: one row per loaded delivery, with its place among the deliveries of the same data set.
-- Versions are derived in the order of `as_of`, never in the order of loading.
{{ config(meta={'keyed': {
    'key': ['feed', 'dataset_key'], 'by': {'ops.deliveries': ['feed', 'dataset_key']},
}}) }}
with deliveries as (
    select * from {{ ref('stg_deliveries') }} where status = 'loaded'
),

numbered as (
    select
        delivery_id,
        feed,
        dataset_key,
        mode,
        is_complete,
        as_of,
        is_as_of_stated,
        received_at,
        -- what an extract answers: within it, silence counts
        json_extract_string(manifest, '$.query') as query,
        row_number() over (
            partition by feed, dataset_key order by as_of, revision nulls first, received_at, delivery_id
        ) as delivery_number
    from deliveries
),

-- what was newest at the time: a delivery that arrived after a later one of its data set was never the current one
seen_in_order as (
    select
        *,
        coalesce(
            delivery_number > max(delivery_number) over (
                partition by feed, dataset_key order by received_at, delivery_number
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as was_current,
        delivery_number = max(delivery_number) over (partition by feed, dataset_key) as is_latest
    from numbered
)

select * from seen_in_order
