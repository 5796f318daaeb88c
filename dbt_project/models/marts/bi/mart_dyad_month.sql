-- Grain: one row per dyad and month, and one more per dyad for what no month holds.
-- A date counts in a month where all its days lie in it. A year, a longer extent or no date at all counts in the row
-- with `is_imprecise`, so that nothing is lost and nothing is moved to a month that nobody named. What a machine read out
-- of the news is counted apart.
with dyads as (
    select fact_kind, fact_id, dyad_code from {{ ref('bridge_fact_dyad') }}
),

-- signed once, when the first party signed
signatures as (
    select
        dyads.dyad_code,
        'agreement_signed' as measure,
        events.agreement_id as counted_id,
        events.occurred_earliest as earliest,
        events.occurred_latest as latest,
        events.modality,
        events.evidence_class
    from {{ ref('int_agreement_event') }} as events
    inner join dyads on dyads.fact_kind = 'agreement_event' and events.fact_id = dyads.fact_id
    where events.event = 'signed' and events.modality in ('asserted', 'inferred')
    qualify row_number() over (
        partition by dyads.dyad_code, events.agreement_id
        order by events.occurred_earliest nulls last, events.occurred_latest, events.modality, events.fact_id
    ) = 1
),

meetings as (
    select
        dyads.dyad_code,
        'meeting_held' as measure,
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
        'statement_made' as measure,
        statements.statement_id as counted_id,
        statements.made_earliest as earliest,
        statements.made_latest as latest,
        statements.modality,
        statements.evidence_class
    from {{ ref('int_statement') }} as statements
    inner join dyads on dyads.fact_kind = 'statement' and statements.fact_id = dyads.fact_id
    where statements.modality in ('asserted', 'inferred')
),

counted as (
    select * from signatures
    union all
    select * from meetings
    union all
    select * from statements
),

placed as (
    select
        *,
        case when date_trunc('month', earliest) = date_trunc('month', latest) then strftime(earliest, '%Y-%m') end as month_edtf
    from counted
)

select
    {{ surrogate_key(['dyad_code', 'month_edtf']) }} as dyad_month_key,
    dyad_code,
    month_edtf,
    try_cast(left(month_edtf, 4) as integer) as year,
    try_cast(right(month_edtf, 2) as integer) as month_of_year,
    month_edtf is null as is_imprecise,
    {%- for measure, column in [
        ('agreement_signed', 'agreements_signed'), ('meeting_held', 'meetings_held'), ('statement_made', 'statements_made')
    ] %}
    count(*) filter (where measure = '{{ measure }}' and evidence_class is distinct from 'machine_coded') as {{ column }},
    count(*) filter (where measure = '{{ measure }}' and evidence_class is distinct from 'machine_coded' and modality = 'inferred')
        as {{ column }}_inferred,
    {%- endfor %}
    count(*) filter (where measure = 'agreement_signed' and evidence_class = 'machine_coded') as agreements_signed_machine_coded,
    count(*) filter (where measure = 'meeting_held' and evidence_class = 'machine_coded') as meetings_held_machine_coded
from placed
group by dyad_code, month_edtf
order by dyad_code, month_edtf
