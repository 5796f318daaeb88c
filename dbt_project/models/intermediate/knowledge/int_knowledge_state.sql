-- Grain: one row per state of knowledge of a subject: a set of claims about it that stood together on either clock.
-- What the claims resolve to is worked out once for each state, and holds whenever that state held.
{{ config(meta={'keyed': {
    'key': ['subject_kind', 'subject_id'],
    'by': {'int_knowledge': ['subject_kind', 'subject_id']},
}}) }}
select
    state_id,
    subject_kind,
    subject_id,
    turned_until,
    any_value(claim_ids) as claim_ids,
    bool_or(is_current) as is_current
from {{ ref('int_knowledge') }}
group by state_id, subject_kind, subject_id, turned_until
