-- Grain: one row per accepted row that claims a step in a joint project.
with staged as (
    select * from {{ ref('stg_projects') }}
),

identified as (
    select
        staged.*,
        country_country.country_code
    from staged
    {{ join_country('projects', 'country') }}
),

-- one document that dates the same step twice speaks of two steps (left, and joined again), in every document
repeated as (
    select distinct project_id, event
    from (
        select project_id, event
        from identified
        group by project_id, event, document_id, delivery_id
        having count(distinct occurred_edtf) > 1
    ) as dated_twice
),

dated as (
    select
        identified.*,
        case when identified.event = 'suspended' or repeated.project_id is not null then identified.occurred_edtf end as occurrence
    from identified
    left join repeated
        on identified.project_id is not distinct from repeated.project_id
        and identified.event is not distinct from repeated.event
)

select
    {{ claim_columns(
        'projects', 'project_event',
        ['project_id', 'event', 'occurrence'],
        [
            'project_id', 'name', 'sector', 'country_code', 'country_reported', 'place', 'event',
            'occurred_edtf', 'capacity', 'unit'
        ]
    ) }},
    project_id,
    name,
    sector,
    country_code,
    country_reported,
    place,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    occurred_is_approximate,
    occurred_is_uncertain,
    capacity,
    unit
from dated
