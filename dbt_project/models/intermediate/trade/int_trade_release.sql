-- Grain: one row per loaded delivery of published trade statistics, in the order in which they were released.
-- Versions follow this order (as_of, revision), never that of loading. A release is whole where silence about a figure
-- means that it was withdrawn: within its slices, or within the query that it answers.
with deliveries as (
    select deliveries.*, ledger.path, ledger.manifest, coalesce(ledger.revision, 0) as revision
    from {{ ref('int_delivery') }} as deliveries
    inner join {{ ref('stg_deliveries') }} as ledger on deliveries.delivery_id = ledger.delivery_id
    where deliveries.feed in ('baci', 'comtrade')
),

-- a quarantined row is there, unreadable; one whose key is broken could be any, so that nothing is known to be gone
hiding as (
    select distinct delivery_id
    from {{ ref('int_trade_rejected_row') }}
    where feed in ('baci', 'comtrade')
        and (
            key_values is null
            or list_contains(list_transform(json_keys(key_values), lambda name: json_extract_string(key_values, '$.' || name)), null)
            or (feed = 'baci' and column_name in ('t', 'i', 'j', 'k'))
            or (feed = 'comtrade' and lower(column_name) in (
                'typecode', 'freqcode', 'period', 'reportercode', 'flowcode', 'partnercode', 'partner2code',
                'classificationcode', 'cmdcode', 'customscode', 'moscode', 'motcode'
            ))
        )
)

select
    feed,
    delivery_id,
    dataset_key,
    as_of,
    revision,
    received_at,
    row_number() over (partition by feed order by as_of, revision, received_at, delivery_id) as release_number,
    coalesce(nullif(regexp_extract(path, '_(V[0-9]{6}[a-z]?)', 1), ''), strftime(as_of, '%Y-%m-%d')) as vintage,
    nullif(regexp_extract(dataset_key, '^HS[0-9]{2}'), '') as baci_classification,
    mode = 'extract' as is_extract,
    mode in ('replace', 'snapshot') and is_complete and delivery_id not in (select delivery_id from hiding) as is_whole,
    if(json_type(manifest, '$.query') = 'OBJECT', json_extract(manifest, '$.query'), null) as query
from deliveries
