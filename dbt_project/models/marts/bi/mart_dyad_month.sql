-- Grain: one row per dyad and month, and one more per dyad for what no month holds.
-- A date counts in a month where all its days lie in it. A year, a longer extent, a set over several months or no date at
-- all counts in the row with `is_imprecise`, so that nothing is lost and nothing is moved to a month that nobody named;
-- where it spans at most twelve months, it is `possible` in each of them.
{% set measures = [
    'agreements_signed', 'agreements_entered_into_force', 'meetings_held', 'statements_made', 'project_steps'
] -%}
with dyads as (
    select fact_kind, fact_id, dyad_code from {{ ref('bridge_fact_dyad') }}
),

-- once per agreement: when the first party signed it, and when it first entered into force
milestones as (
    select
        dyads.dyad_code,
        case events.event when 'signed' then 'agreements_signed' else 'agreements_entered_into_force' end as measure,
        events.agreement_id as counted_id,
        events.event = 'entered_into_force' and events.effective_edtf is not null as is_dated_by_effect,
        if(is_dated_by_effect, events.effective_earliest, events.occurred_earliest) as earliest,
        if(is_dated_by_effect, events.effective_latest, events.occurred_latest) as latest,
        events.modality,
        events.evidence_class
    from {{ ref('int_agreement_event') }} as events
    inner join dyads on dyads.fact_kind = 'agreement_event' and events.fact_id = dyads.fact_id
    where events.event in ('signed', 'entered_into_force') and events.modality in ('asserted', 'inferred')
    qualify row_number() over (
        partition by dyads.dyad_code, events.event, events.agreement_id
        order by events.evidence_class = 'machine_coded', earliest nulls last, latest, events.modality, events.fact_id
    ) = 1
),

meetings as (
    select
        dyads.dyad_code,
        'meetings_held' as measure,
        meetings.meeting_id as counted_id,
        meetings.started_earliest as earliest,
        meetings.started_latest as latest,
        meetings.modality,
        meetings.evidence_class
    from {{ ref('int_meeting') }} as meetings
    inner join dyads on dyads.fact_kind = 'meeting' and meetings.fact_id = dyads.fact_id
    inner join {{ ref('fct_meeting') }} as states on meetings.meeting_id = states.meeting_id
    where states.status = 'held'
),

statements as (
    select
        dyads.dyad_code,
        'statements_made' as measure,
        statements.statement_id as counted_id,
        statements.made_earliest as earliest,
        statements.made_latest as latest,
        statements.modality,
        statements.evidence_class
    from {{ ref('int_statement') }} as statements
    inner join dyads on dyads.fact_kind = 'statement' and statements.fact_id = dyads.fact_id
    where statements.modality in ('asserted', 'inferred')
),

projects as (
    select
        dyads.dyad_code,
        'project_steps' as measure,
        events.fact_id as counted_id,
        events.occurred_earliest as earliest,
        events.occurred_latest as latest,
        events.modality,
        events.evidence_class
    from {{ ref('int_project_event') }} as events
    inner join dyads on dyads.fact_kind = 'project_event' and events.fact_id = dyads.fact_id
    where events.modality in ('asserted', 'inferred')
),

reported_events as (
    select
        dyad_code,
        'reported_events' as measure,
        fact_id as counted_id,
        occurred_on as earliest,
        occurred_on as latest,
        'asserted' as modality,
        evidence_class
    from {{ ref('fct_reported_event') }}
    where dyad_code is not null
),

counted as (
    select * exclude (is_dated_by_effect) from milestones
    union all
    select * from meetings
    union all
    select * from statements
    union all
    select * from projects
    union all
    select * from reported_events
),

spanned as (
    select
        * replace (coalesce(evidence_class, 'curated') as evidence_class),
        date_diff('month', earliest, latest) as months_crossed,
        coalesce(months_crossed = 0, false) as is_in_one_month
    from counted
),

placed as (
    select *, if(is_in_one_month, date_trunc('month', earliest), null) as month, false as is_possible from spanned
    union all
    select
        *,
        unnest(generate_series(date_trunc('month', earliest), date_trunc('month', latest), interval 1 month)) as month,
        true as is_possible
    from spanned
    where months_crossed between 1 and 11
),

counts as (
    select
        dyad_code,
        strftime(month, '%Y-%m') as month_edtf,
        {%- for measure in measures %}
        count(*) filter (where measure = '{{ measure }}' and not is_possible and evidence_class = 'curated') as {{ measure }},
        count(*) filter (
            where measure = '{{ measure }}' and not is_possible and evidence_class = 'curated' and modality = 'inferred'
        ) as {{ measure }}_inferred,
        count(*) filter (where measure = '{{ measure }}' and not is_possible and evidence_class = 'machine_coded')
            as {{ measure }}_machine_coded,
        count(*) filter (where measure = '{{ measure }}' and is_possible and evidence_class = 'curated') as {{ measure }}_possible,
        {%- endfor %}
        count(*) filter (where measure = 'reported_events' and not is_possible) as reported_events
    from placed
    group by dyad_code, month_edtf
)

select
    {{ surrogate_key(['dyad_code', 'month_edtf']) }} as dyad_month_key,
    dyad_code,
    month_edtf,
    try_cast(left(month_edtf, 4) as integer) as year,
    try_cast(right(month_edtf, 2) as integer) as month_of_year,
    month_edtf is null as is_imprecise,
    {%- for measure in measures %}
    {{ measure }},
    {{ measure }}_inferred,
    {{ measure }}_machine_coded,
    {{ measure }}_possible,
    {%- endfor %}
    reported_events
from counts
order by dyad_code, month_edtf
