-- Grain: one row per uninterrupted time in which somebody stood in one status to an organisation.
-- Half-open: a spell ends with what begins the next. A step that nobody dated and no list bounds gives no bounds.
-- What is known of it today: the current one of its versions.
{{ config(meta={'keyed': {
    'key': ['organization_id', 'member_kind', 'track', 'status', 'fact_id'],
    'by': {'membership_version': ['organization_id', 'member_kind', 'track', 'status', 'fact_id']},
}}) }}
with versions as (
    select * exclude (clock, known_from, known_to, is_current) rename (is_running as is_current)
    from {{ ref('membership_version') }}
    where is_current
)

select *
from versions
order by organization_id, member_code, began_earliest
