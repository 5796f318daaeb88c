-- Grain: one row per topic: those of the taxonomy, and those that somebody used though it lacks them.
with taxonomy as (
    select * from {{ ref('topics') }}
),

used as (
    select distinct topic from {{ ref('int_topic') }}
),

beyond as (
    select used.topic
    from used
    left join taxonomy on used.topic = taxonomy.topic
    where taxonomy.topic is null
),

topics as (
    select *, true as is_in_taxonomy from taxonomy
    union all by name
    select topic, false as is_in_taxonomy from beyond
)

select
    {{ surrogate_key(['topic']) }} as topic_key,
    topic as topic_code,
    coalesce(name, topic) as name,
    plover_context,
    parent_topic as parent_topic_code,
    description,
    is_in_taxonomy
from topics
order by topic_code
