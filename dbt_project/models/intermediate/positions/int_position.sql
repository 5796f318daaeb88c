-- Grain: one row per holder of a position, target, and run of statements that take one stance.
-- A run ends with the first statement that takes another; who only reaffirms takes the stance before. Where two
-- statements are not known to follow each other, the order is flagged as unknown, and no change is claimed.
{% set position = ['holder_kind', 'holder_ref', 'target_kind', 'target_ref'] -%}
with statements as (
    select
        said.*,
        stances.leaning,
        stances.is_confirmation,
        coalesce(said.made_earliest, date '0001-01-01') as low,
        coalesce(said.made_latest, date '9999-12-31') as high,
        row_number() over (
            partition by {{ position | join(', ') }}
            order by
                said.made_earliest is null and said.made_latest is null,
                coalesce(said.made_earliest, said.made_latest), said.made_latest, said.fact_id
        ) as statement_number
    from {{ ref('int_position_statement') }} as said
    inner join {{ ref('stances') }} as stances on said.stance = stances.stance
),

preceded as (
    select
        *,
        last_value(
            case when not is_confirmation then struct_pack(stance := stance, leaning := leaning) end ignore nulls
        ) over (
            partition by {{ position | join(', ') }} order by statement_number
            rows between unbounded preceding and 1 preceding
        ) as stance_before
    from statements
),

taken as (
    select
        * replace (
            case when is_confirmation and stance_before.leaning = leaning then stance_before.stance else stance end as stance
        )
    from preceded
),

compared as (
    select
        *,
        coalesce(stance <> lag(stance) over (
            partition by {{ position | join(', ') }} order by statement_number
        ), true) as is_first_of_run
    from taken
),

numbered as (
    select
        *,
        sum(cast(is_first_of_run as integer)) over (
            partition by {{ position | join(', ') }} order by statement_number
        ) as run_number
    from compared
),

runs as (
    select
        {{ position | join(', ') }},
        run_number,
        {%- for column in [
            'holder_code', 'holder_reported', 'target_id', 'target_fact_id', 'target_organization_id', 'target_member_kind',
            'target_member_code', 'target_member_reported', 'stance', 'leaning', 'fact_id', 'statement_id', 'document_id',
            'locator', 'modality', 'attributed_to', 'evidence_class'
        ] %}
        arg_min_null({{ column }}, statement_number) as {{ column }},
        {%- endfor %}
        {%- for part in ['edtf', 'earliest', 'latest'] %}
        arg_min_null(made_{{ part }}, statement_number) as began_{{ part }},
        arg_max_null(made_{{ part }}, statement_number) as last_stated_{{ part }},
        {%- endfor %}
        min(low) as low,
        max(high) as high,
        count(*) as statement_count,
        bool_or(has_conflict) as has_conflict
    from numbered
    group by {{ position | join(', ') }}, run_number
),

followed as (
    select
        *,
        lag(stance) over positions as previous_stance,
        lag(leaning) over positions as previous_leaning,
        lag(last_stated_earliest) over positions as previous_last_earliest,
        lead(stance) over positions as next_stance,
        lead(began_edtf) over positions as ended_edtf,
        lead(began_earliest) over positions as ended_earliest,
        lead(began_latest) over positions as ended_latest,
        coalesce(lag(high) over positions >= low, false) as is_start_order_unknown,
        coalesce(lead(low) over positions <= high, false) as is_end_order_unknown,
        -- two stances on one day, known to the day
        coalesce(low = high and (lag(high) over positions = low or lead(low) over positions = low), false) as is_torn
    from runs
    window positions as (partition by {{ position | join(', ') }} order by run_number)
)

select
    {{ position | join(', ') }},
    run_number,
    holder_code,
    holder_reported,
    target_id,
    target_fact_id,
    target_organization_id,
    target_member_kind,
    target_member_code,
    target_member_reported,
    stance,
    leaning,
    began_edtf,
    began_earliest,
    began_latest,
    last_stated_edtf,
    case when not is_end_order_unknown then ended_edtf end as ended_edtf,
    case when not is_end_order_unknown then ended_earliest end as ended_earliest,
    case when not is_end_order_unknown then ended_latest end as ended_latest,
    case when not is_start_order_unknown then previous_stance end as previous_stance,
    case when not is_end_order_unknown then next_stance end as next_stance,
    case
        when previous_stance is not null and not is_start_order_unknown
            then {{ edtf_set('cast(previous_last_earliest + interval 1 day as date)', 'began_latest') }}
    end as changed_edtf,
    case
        when not is_start_order_unknown and (previous_stance is not null or not is_end_order_unknown)
            then previous_stance is not null
    end as is_change,
    case when is_change is not null then coalesce(previous_leaning <> leaning, false) end as is_reversal,
    is_start_order_unknown or is_end_order_unknown as is_order_unknown,
    case
        when not is_end_order_unknown and (next_stance is not null or not is_start_order_unknown) then next_stance is null
    end as is_current,
    statement_count,
    fact_id,
    statement_id,
    document_id,
    locator,
    modality,
    attributed_to,
    has_conflict or is_torn as has_conflict,
    evidence_class
from followed
