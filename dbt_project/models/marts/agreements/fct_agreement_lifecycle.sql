-- Grain: one row per agreement of which anybody recorded something, with its state and the first date of each milestone.
-- What is known of it today: the current one of its versions.
{{ config(meta={'keyed': {
    'key': ['agreement_id'],
    'by': {'agreement_version': ['agreement_id']},
}}) }}
with knowledge as (
    select known_until from {{ ref('int_known_day') }}
),

versions as (
    select * exclude (clock, known_from, known_to, is_current) from {{ ref('agreement_version') }} where is_current
)

select versions.* replace (knowledge.known_until as status_as_of)
from versions
cross join knowledge
order by versions.signed_earliest nulls last, versions.agreement_id
