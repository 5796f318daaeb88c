-- Grain: one row per kind and id that a fact was ever known by.
-- Every fact is known by its own id. Ids of merged duplicates lead to the fact that they became: the id that an agreement
-- or a meeting was recorded under, the id that each of its facts would have alone, and the one that it had until a decision.
{{ config(meta={'keyed': {'key': ['fact_kind', 'alias'], 'by': {'int_fact_alias': ['fact_kind', 'alias']}}}) }}
select fact_kind, fact_id, alias, is_current
from {{ ref('int_fact_alias') }}
order by fact_kind, fact_id, alias
