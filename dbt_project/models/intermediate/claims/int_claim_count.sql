-- Grain: one row per feed that claims anything: how often, as of today.
{{ config(meta={'keyed': {
    'key': ['feed'], 'by': {'int_claim': ['feed']}, 'summed': ['claim_versions', 'current_claims'],
}}) }}
select
    feed,
    count(*) as claim_versions,
    count(*) filter (where is_current and not is_retraction) as current_claims
from {{ ref('int_claim') }}
where is_of_today
group by feed
