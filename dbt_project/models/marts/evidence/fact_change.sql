-- Grain: one row per clock, moment, fact and attribute of it that came to be known otherwise; a fact that was added or
-- withdrawn is one row, with all its attributes as one value.
with versions as (
    select
        clock,
        fact_kind,
        fact_id,
        known_from,
        known_to,
        attributes,
        document_id,
        lag(known_to) over fact as former_to,
        lag(attributes) over fact as former_attributes,
        lag(document_id) over fact as former_document_id,
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
        document_id as new_document_id
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
        document_id as old_document_id
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
        document_id as new_document_id
    from compared
),

changes as (
    select * from added
    union all by name
    select * from withdrawn
    union all by name
    select * from corrected where old_value is distinct from new_value
)

select
    clock,
    changed_at,
    change,
    fact_kind,
    fact_id,
    attribute,
    old_value,
    new_value,
    old_document_id,
    new_document_id
from changes
order by clock, changed_at, fact_kind, fact_id, attribute
