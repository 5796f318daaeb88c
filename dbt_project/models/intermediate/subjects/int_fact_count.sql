-- Grain: one row per feed whose claim won a fact: how many, and of how many there is a doubt.
{{ config(meta={'keyed': {
    'key': ['feed'], 'by': {'int_fact': ['winning_feed']}, 'summed': ['facts', 'undated_facts', 'facts_in_conflict'],
}}) }}
select
    winning_feed as feed,
    count(*) as facts,
    count(*) filter (where has_date and occurred_edtf is null) as undated_facts,
    count(*) filter (where has_conflict) as facts_in_conflict
from {{ ref('int_fact') }}
-- a document that the project knows by itself is nobody's claim
where winning_feed is not null
group by winning_feed
