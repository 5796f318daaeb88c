{#-
    The rule by which claims become a fact, in the words of SQL. `int_claim_as_known` ranks the claims of a fact in every
    state of knowledge (rank 1 wins); what stands here takes each attribute from the best claim that has it.
-#}

{% macro known_claims(model, dates=[], measured_in=[]) -%}
    {#- The claims of `model` in every state of knowledge, with their rank in it. A date's anchor is the date of the best
        claim that has one; a figure's, where a value is `measured_in` columns, that of the best claim with a value. -#}
    select
        claims.*,
        known.state_id,
        known.is_home,
        known.is_current,
        known.claim_id,
        known.claim_rank,
        known.root_document_id,
        known.evidence_class,
        known.published_from,
        known.recorded_from,
        known.winning_reason
        {%- for date in dates %},
        first_value(
            case when claims.{{ date }}_edtf is not null then struct_pack(
                earliest := coalesce(claims.{{ date }}_earliest, date '0001-01-01'),
                latest := coalesce(claims.{{ date }}_latest, date '9999-12-31')
            ) end ignore nulls
        ) over (
            partition by known.state_id, claims.fact_id order by known.claim_rank
            rows between unbounded preceding and unbounded following
        ) as {{ date }}_anchor
        {%- endfor %}
        {%- if measured_in %},
        {{ figure_bounds(measured_in) }},
        first_value(
            case when claims.value is not null then struct_pack(
                measure := figure_measure, operator := claims.operator, lower := figure_lower, upper := figure_upper
            ) end ignore nulls
        ) over (
            partition by known.state_id, claims.fact_id order by known.claim_rank
            rows between unbounded preceding and unbounded following
        ) as figure_anchor
        {%- endif %}
    from {{ ref(model) }} as claims
    inner join {{ ref('int_claim_as_known') }} as known
        on claims.row_id = known.row_id
        and claims.fact_kind = known.fact_kind
        and claims.fact_id = known.fact_id
        and {{ era_key('claims') }} = coalesce(known.era_key, '')
{%- endmacro %}


{% macro current_facts(model) -%}
    {#- Of the facts in every state of knowledge, those of today. -#}
    with facts as (
        select * exclude (state_id, is_home, is_current) from {{ ref(model) }} where is_current
    )

    select * from facts
{%- endmacro %}


{% macro table_behind(facts) -%}
    {#- The table that the facts of a kind are a view of, for `meta.keyed`: all but documents are views of what is known. -#}
    {{ return(facts if facts == 'int_document' else facts ~ '_as_known') }}
{%- endmacro %}


{% macro resolved(columns) -%}
    {#- Each attribute from the best claim that has it. -#}
    {%- for column in columns %}
    arg_min({{ column }}, claim_rank) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{% macro resolved_together(name, columns) -%}
    {#- Attributes that mean something only together (a value, its unit, its currency): all from one claim. -#}
    arg_min(
        struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %}), claim_rank
    ) filter (where {{ columns[0] }} is not null) as {{ name }}
{%- endmacro %}


{% macro expanded(name, columns) -%}
    {%- for column in columns %}
    {{ name }}.{{ column }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{% macro resolved_date(column) -%}
    {#- Of the dates compatible with the best claim's, the finest: a year never beats a compatible day. -#}
    arg_min(
        struct_pack(
            edtf := {{ column }}_edtf, earliest := {{ column }}_earliest, latest := {{ column }}_latest,
            date_precision := {{ column }}_precision, is_approximate := {{ column }}_is_approximate,
            is_uncertain := {{ column }}_is_uncertain, document_id := document_id, claim_rank := claim_rank
        ),
        coalesce(date_diff('day', {{ column }}_earliest, {{ column }}_latest), 9999999) * 1000000 + claim_rank
    ) filter (where {{ column }}_edtf is not null and {{ is_compatible_with_anchor(column) }}) as {{ column }}
{%- endmacro %}


{% macro is_compatible_with_anchor(column) -%}
    coalesce({{ column }}_earliest, date '0001-01-01') <= {{ column }}_anchor.latest
    and coalesce({{ column }}_latest, date '9999-12-31') >= {{ column }}_anchor.earliest
{%- endmacro %}


{% macro expanded_date(column) -%}
    {{ column }}.edtf as {{ column }}_edtf,
    {{ column }}.earliest as {{ column }}_earliest,
    {{ column }}.latest as {{ column }}_latest,
    {{ column }}.date_precision as {{ column }}_precision,
    coalesce({{ column }}.is_approximate, false) as {{ column }}_is_approximate,
    coalesce({{ column }}.is_uncertain, false) as {{ column }}_is_uncertain
{%- endmacro %}


{% macro resolution_columns(compared=[], dates=[], has_figure=false) -%}
    {#- Who won and why, and in which state of knowledge. Claims conflict where two of them differ in a compared attribute,
        or where no day, or no number, satisfies all of their dates or figures. -#}
    bool_and(is_home) as is_home,
    bool_and(is_current) as is_current,
    arg_min_null(document_id, claim_rank) as document_id,
    arg_min_null(locator, claim_rank) as locator,
    arg_min_null(modality, claim_rank) as modality,
    arg_min_null(attributed_to, claim_rank) as attributed_to,
    arg_min_null(confidence, claim_rank) as confidence,
    count(distinct root_document_id) as claim_count,
    (
        count(distinct modality = 'negated') > 1
        {%- for column in compared %}
        or count(distinct {{ column }}) > 1
        {%- endfor %}
        {%- for date in dates %}
        or coalesce(
            max(coalesce({{ date }}_earliest, date '0001-01-01')) filter (where {{ date }}_edtf is not null)
            > min(coalesce({{ date }}_latest, date '9999-12-31')) filter (where {{ date }}_edtf is not null),
            false
        )
        {%- endfor %}
        {%- if has_figure %}
        or count(distinct figure_measure) filter (where value is not null) > 1
        or coalesce({{ excludes('max(figure_lower)', 'min(figure_upper)') }}, false)
        {%- endif %}
    ) as has_conflict,
    arg_min(claim_id, claim_rank) as winning_claim_id,
    arg_min(feed, claim_rank) as winning_feed,
    arg_min(winning_reason, claim_rank) as winning_reason,
    arg_min(evidence_class, claim_rank) as evidence_class,
    arg_min(published_from, claim_rank) as published_from,
    arg_min(recorded_from, claim_rank) as recorded_from
{%- endmacro %}


{% macro resolution_column_names(dates=[], has_figure=false) -%}
    {#- An attribute that another claim than the winner gave says so in the reason: the value explains itself. -#}
    state_id,
    is_home,
    is_current,
    document_id,
    locator,
    modality,
    attributed_to,
    confidence,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_feed,
    winning_reason
    {%- for date in dates %}
    || case when {{ date }}.claim_rank > 1
        then '; {{ date }} is as ' || coalesce({{ date }}.document_id, 'another claim') || ' has it: of the compatible dates the finest' else '' end
    {%- endfor %}
    {%- if has_figure %}
    || case when figure.claim_rank > 1
        then '; the figure is that of ' || coalesce(figure.document_id, 'another claim') || ': of the compatible figures the most exact' else '' end
    {%- endif %} as winning_reason,
    evidence_class,
    published_from,
    recorded_from
{%- endmacro %}
