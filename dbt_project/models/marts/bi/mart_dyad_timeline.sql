-- Grain: one row per dyad and fact that happened between the two countries, or was said of them.
-- Every kind of fact, undated ones too (their bounds are null). What is known today: the current one of its versions.
{{ config(meta={'keyed': {
    'key': ['dyad_timeline_key'],
    'by': {'timeline_version': ['dyad_timeline_key']},
}}) }}
with versions as (
    select * exclude (clock, known_from, known_to, is_current) from {{ ref('timeline_version') }} where is_current
)

select *
from versions
order by dyad_code, occurred_earliest, subject, fact_id
