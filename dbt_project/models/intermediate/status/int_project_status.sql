-- Grain: one row per joint project of which a step is known that is not denied, with the last step that it took.
-- A step that is only planned or possible is a proposal. An undated step stands before the first dated one that naturally
-- follows it; where dates overlap, the natural order decides.
with steps as (
    select
        events.*,
        case when events.modality in ('asserted', 'inferred') then events.event else 'proposed' end as status,
        stages.stage_order as natural_order,
        coalesce(events.occurred_earliest, date '0001-01-01') as low,
        coalesce(events.occurred_latest, date '9999-12-31') as high,
        events.occurred_earliest is null and events.occurred_latest is null as is_undated
    from {{ ref('int_project_event') }} as events
    inner join {{ ref('pipeline_stages') }} as stages
        on stages.item_kind = 'project'
        and stages.status = case when events.modality in ('asserted', 'inferred') then events.event else 'proposed' end
    where events.modality <> 'negated'
),

placed as (
    select
        step.project_id,
        step.fact_id,
        case
            when any_value(step.is_undated) then coalesce(
                min(other.low) filter (where not other.is_undated and other.natural_order > step.natural_order), date '9999-12-31'
            )
            else greatest(any_value(step.low), max(other.low) filter (
                where not other.is_undated
                and other.natural_order < step.natural_order
                and other.low <= step.high
                and other.high >= step.low
            ))
        end as place
    from steps as step
    inner join steps as other on step.project_id = other.project_id
    group by step.project_id, step.fact_id
)

select
    steps.project_id,
    steps.name,
    steps.sector,
    steps.place,
    steps.status,
    steps.modality as status_modality,
    steps.occurred_edtf as status_since_edtf,
    steps.occurred_earliest as status_since_earliest,
    steps.occurred_latest as status_since_latest,
    steps.fact_id,
    steps.document_id,
    steps.locator,
    steps.evidence_class,
    steps.has_conflict
from steps
inner join placed on steps.fact_id = placed.fact_id
qualify row_number() over (
    partition by steps.project_id order by placed.place desc, steps.natural_order desc, steps.high desc, steps.fact_id desc
) = 1
