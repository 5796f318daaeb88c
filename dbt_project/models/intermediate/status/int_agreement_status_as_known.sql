-- Grain: one row per state of knowledge, agreement and side of its life (the whole, or one party) of which a step is known.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {'int_agreement_step_as_known': ['state_id']},
}}) }}
with steps as (
    select * from {{ ref('int_agreement_step_as_known') }}
),

-- what is planned or possible is no milestone, nor is what has been announced
milestones as (
    select
        *,
        case
            when is_announced or modality not in ('asserted', 'inferred') then null
            when event = 'signed' then 'signed'
            when is_consent then 'ratified'
            when event = 'provisionally_applied' then 'provisionally_applied'
            when event = 'entered_into_force' then 'in_force'
            when is_ending then 'ended'
        end as milestone
    from steps
)

select
    life_key,
    any_value(state_id) as state_id,
    any_value(is_current) as is_current,
    any_value(agreement_id) as agreement_id,
    any_value(scope) as scope,
    any_value(party_kind) as party_kind,
    any_value(party_ref) as party_ref,
    arg_max(state_after, step_number) as status,
    arg_max(modality, step_number) filter (where state_after <> state_before) as status_modality,
    arg_max_null(happened_edtf, step_number) filter (where state_after <> state_before) as status_since_edtf,
    arg_max_null(happened_earliest, step_number) filter (where state_after <> state_before) as status_since_earliest,
    arg_max(fact_id, step_number) filter (where state_after <> state_before) as status_fact_id,
    {%- for milestone in milestone_names() if milestone != 'ended' %}
    arg_min_null(happened_edtf, step_number) filter (where milestone = '{{ milestone }}') as {{ milestone }}_edtf,
    arg_min_null(happened_earliest, step_number) filter (where milestone = '{{ milestone }}') as {{ milestone }}_earliest,
    arg_min_null(happened_latest, step_number) filter (where milestone = '{{ milestone }}') as {{ milestone }}_latest,
    {%- endfor %}
    -- an ending that was announced counts: it is the day until which the agreement stays as it is
    arg_max_null(happened_edtf, step_number) filter (where milestone = 'ended' or (is_announced and is_ending)) as ended_edtf,
    arg_max_null(happened_earliest, step_number) filter (where milestone = 'ended' or (is_announced and is_ending))
        as ended_earliest,
    arg_max_null(happened_latest, step_number) filter (where milestone = 'ended' or (is_announced and is_ending))
        as ended_latest,
    coalesce(bool_or(is_announced and is_ending), false) as is_ending_announced,
    bool_or(is_impossible) as has_impossible_sequence,
    bool_or(is_order_unknown) as has_unknown_order,
    count(*) as step_count
from milestones
group by life_key
