-- Grain: one row per clock, moment, fact and attribute of it that came to be known otherwise; a fact that was added or
-- withdrawn is one row, with all its attributes as one value. Where a decision on identity made the change, `reason` says so.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {
        'fact_version': ['fact_kind', 'fact_id'],
        'int_subject_fact': ['fact_kind', 'fact_id'],
        'int_link_claim': ['fact_kind', 'fact_id'],
        'int_topic_claim': ['fact_kind', 'fact_id'],
        'int_alias_claim': ['fact_kind', 'fact_id'],
        'int_external_id_claim': ['fact_kind', 'fact_id'],
        'int_claim': ['fact_kind', 'fact_id'],
    },
}}) }}
with versions as (
    select
        clock,
        fact_kind,
        fact_id,
        known_from,
        known_to,
        attributes,
        document_id,
        winning_claim_id,
        lag(known_to) over fact as former_to,
        lag(attributes) over fact as former_attributes,
        lag(document_id) over fact as former_document_id,
        lag(winning_claim_id) over fact as former_winning_claim_id,
        lead(known_from) over fact as next_from
    from {{ ref('fact_version') }}
    window fact as (partition by clock, fact_kind, fact_id order by known_from)
),

added as (
    select
        clock,
        known_from as changed_at,
        'added' as change,
        fact_kind,
        fact_id,
        attributes as new_value,
        document_id as new_document_id,
        winning_claim_id as new_claim_id
    from versions
    where former_to is distinct from known_from
),

withdrawn as (
    select
        clock,
        known_to as changed_at,
        'withdrawn' as change,
        fact_kind,
        fact_id,
        attributes as old_value,
        document_id as old_document_id,
        winning_claim_id as old_claim_id
    from versions
    where known_to < timestamp '9999-12-31' and next_from is distinct from known_to
),

compared as (
    select *, unnest(json_keys(attributes)) as attribute
    from versions
    where former_to = known_from and attributes <> former_attributes
),

corrected as (
    select
        clock,
        known_from as changed_at,
        'corrected' as change,
        fact_kind,
        fact_id,
        attribute,
        json_extract_string(former_attributes, '$."' || attribute || '"') as old_value,
        json_extract_string(attributes, '$."' || attribute || '"') as new_value,
        former_document_id as old_document_id,
        document_id as new_document_id,
        former_winning_claim_id as old_claim_id,
        winning_claim_id as new_claim_id
    from compared
),

changes as (
    select * from added
    union all by name
    select * from withdrawn
    union all by name
    select * from corrected where old_value is distinct from new_value
),

moves as (
    select
        *,
        reported_id || if(reported_id = canonical_id, ' is itself', ' is ' || canonical_id)
        || coalesce(
            ' by the decision of ' || strftime(decided_at, '%Y-%m-%d') || ' that ' || decision_id_a || ' and ' || decision_id_b
            || if(decision_is_same, ' are one', ' are two') || if(is_decision_ended, ', which was taken back', '')
            || coalesce(': ' || decision_reason, ''),
            ''
        ) as reason
    from {{ ref('identity_change') }}
),

-- what a fact is of: the agreement or the meeting that it is known with, or the things that it names in its key
mentions as (
    select fact_kind, fact_id, subject_kind as kind, subject_id as id
    from {{ ref('int_subject_fact') }}
    where is_home and subject_kind in ('agreement', 'meeting')
    {%- for fact_kind, kind, id in [
        ('link', 'subject_kind', 'subject_id'), ('link', 'object_kind', 'object_id'), ('topic', 'subject_kind', 'subject_id'),
        ('alias', 'kind', 'id'), ('external_id', 'kind', 'id')
    ] %}
    union
    select '{{ fact_kind }}' as fact_kind, fact_id, {{ kind }} as kind, {{ id }} as id from {{ ref('int_' ~ fact_kind ~ '_claim') }}
    {%- endfor %}
),

moved_facts as (
    select
        moves.clock,
        moves.changed_at,
        mentions.fact_kind,
        mentions.fact_id,
        string_agg(distinct moves.reason, '; ' order by moves.reason) as reason,
        min(moves.decision_document_id) as decision_document_id
    from moves
    inner join mentions
        on moves.kind = mentions.kind and mentions.id in (moves.former_canonical_id, moves.canonical_id)
    group by moves.clock, moves.changed_at, mentions.fact_kind, mentions.fact_id
),

claim_times as (
    {%- for clock in ['published', 'recorded'] %}
    select '{{ clock }}' as clock, claim_id, {{ clock }}_from as known_from, {{ clock }}_to as known_to from {{ ref('int_claim') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a decision made the change where the claims were there before it, or still are
explained as (
    select changes.*, moved_facts.reason, moved_facts.decision_document_id
    from changes
    inner join moved_facts
        on changes.clock = moved_facts.clock
        and changes.changed_at = moved_facts.changed_at
        and changes.fact_kind = moved_facts.fact_kind
        and changes.fact_id = moved_facts.fact_id
    left join claim_times as old_claims on changes.clock = old_claims.clock and changes.old_claim_id = old_claims.claim_id
    left join claim_times as new_claims on changes.clock = new_claims.clock and changes.new_claim_id = new_claims.claim_id
    where old_claims.known_to > changes.changed_at or new_claims.known_from < changes.changed_at
)

select
    changes.clock,
    changes.changed_at,
    changes.change,
    changes.fact_kind,
    changes.fact_id,
    changes.attribute,
    changes.old_value,
    changes.new_value,
    changes.old_document_id,
    coalesce(changes.new_document_id, explained.decision_document_id) as new_document_id,
    explained.reason
from changes
left join explained
    on changes.clock = explained.clock
    and changes.changed_at = explained.changed_at
    and changes.fact_kind = explained.fact_kind
    and changes.fact_id = explained.fact_id
    and changes.change = explained.change
    and changes.attribute is not distinct from explained.attribute
order by changes.clock, changes.changed_at, changes.fact_kind, changes.fact_id, changes.attribute
