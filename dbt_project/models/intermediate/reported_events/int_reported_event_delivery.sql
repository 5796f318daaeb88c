-- Grain: one row per loaded delivery of `gdelt_events`, with its place among the others.
-- Apart from all other deliveries: one of another feed must not make all events be reduced again.
select * from {{ ref('int_delivery') }} where feed = 'gdelt_events'
