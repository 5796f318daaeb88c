-- Grain: one row per indicator of a country or a dyad, in one unit, and two periods that follow each other.
-- Bounds stay bounds: `> 80` after `< 20` has grown by more than 60, and nothing says by how much more, except that a
-- share cannot pass 100. Figures that are only planned or possible are left out.
with figures as (
    select
        *,
        {{ is_stated_share('indicator', 'unit', 'value') }} as is_share,
        {{ key_of_reported('country_a_code', 'country_a_reported') }} as country_a_ref,
        {{ key_of_reported('country_b_code', 'country_b_reported') }} as country_b_ref
    from {{ ref('fct_indicator') }}
    where modality in ('asserted', 'inferred') and period_earliest is not null and period_latest is not null
),

bounded as (
    select *, {{ possible_bounds('is_share') }} from figures
),

-- the last period that had ended when the later one began
neighbours as (
    select
        later.fact_id as later_fact_id,
        arg_max(earlier.fact_id, (earlier.period_latest, earlier.period_earliest, earlier.fact_id)) as earlier_fact_id
    from bounded as later
    inner join bounded as earlier
        on later.indicator = earlier.indicator
        and later.unit = earlier.unit
        and later.country_a_ref is not distinct from earlier.country_a_ref
        and later.country_b_ref is not distinct from earlier.country_b_ref
        and earlier.period_latest < later.period_earliest
    group by later.fact_id
),

compared as (
    select
        later.indicator,
        later.dyad_code,
        later.country_code,
        later.country_a_reported,
        later.country_b_reported,
        later.unit,
        later.denominator,
        coalesce(later.denominator = earlier.denominator, coalesce(later.denominator, earlier.denominator) is null) as is_same_denominator,
        earlier.period_edtf as from_period_edtf,
        earlier.period_earliest as from_period_earliest,
        earlier.period_latest as from_period_latest,
        later.period_edtf as to_period_edtf,
        later.period_earliest as to_period_earliest,
        later.period_latest as to_period_latest,
        ({{ months_of('earlier') }}) = ({{ months_of('later') }}) as is_same_length,
        earlier.operator as from_operator,
        earlier.value as from_value,
        later.operator as to_operator,
        later.value as to_value,
        {{ interval_difference('later', 'earlier') }},
        later.is_share,
        earlier.fact_id as from_fact_id,
        earlier.document_id as from_document_id,
        later.fact_id as to_fact_id,
        later.document_id as to_document_id,
        if('inferred' in (earlier.modality, later.modality), 'inferred', 'asserted') as modality,
        earlier.has_conflict or later.has_conflict as has_conflict,
        if('machine_coded' in (earlier.evidence_class, later.evidence_class), 'machine_coded', 'curated') as evidence_class
    from neighbours
    inner join bounded as later on neighbours.later_fact_id = later.fact_id
    inner join bounded as earlier on neighbours.earlier_fact_id = earlier.fact_id
)

select
    {{ surrogate_key(['from_fact_id', 'to_fact_id']) }} as indicator_change_key,
    indicator,
    dyad_code,
    country_code,
    country_a_reported,
    country_b_reported,
    unit,
    denominator,
    is_same_denominator,
    from_period_edtf,
    from_period_earliest,
    from_period_latest,
    to_period_edtf,
    to_period_earliest,
    to_period_latest,
    is_same_length,
    from_operator,
    from_value,
    to_operator,
    to_value,
    change_lower,
    change_upper,
    is_change_lower_included,
    is_change_upper_included,
    if(unit = 'percent', 'percentage_point', unit) as change_unit,
    case
        when change_lower = 0 and change_upper = 0 then 'none'
        when change_lower > 0 or (change_lower = 0 and not is_change_lower_included) then 'up'
        when change_upper < 0 or (change_upper = 0 and not is_change_upper_included) then 'down'
        else 'unknown'
    end as direction,
    is_share,
    from_fact_id,
    from_document_id,
    to_fact_id,
    to_document_id,
    modality,
    has_conflict,
    evidence_class
from compared
order by indicator, dyad_code, country_code, to_period_earliest
