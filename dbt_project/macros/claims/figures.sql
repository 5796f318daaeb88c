{#-
    Whether two figures can both be right, and which of those that can says most. `< 20` allows `= 15`, which is finer;
    `= 25` it excludes. "About 20" is 20 rounded to its last digit that is not zero, for this judgement alone: nothing is
    reckoned with these bounds.
-#}

{% macro figure_bounds(measured_in) -%}
    {#- Of columns `operator` and `value`, and those that say in what it is measured: bounds that order as numbers do, an excluded bound
        inside the included one. -#}
    {{ rounding('claims.value') }} as figure_rounding,
    case
        when claims.operator in ('=', '>=') then struct_pack(bound := claims.value, inside := 0)
        when claims.operator = '>' then struct_pack(bound := claims.value, inside := 1)
        when claims.operator = '~' then struct_pack(bound := claims.value - figure_rounding / 2, inside := 0)
    end as figure_lower,
    case
        when claims.operator in ('=', '<=') then struct_pack(bound := claims.value, inside := 0)
        when claims.operator = '<' then struct_pack(bound := claims.value, inside := -1)
        when claims.operator = '~' then struct_pack(bound := claims.value + figure_rounding / 2, inside := 0)
    end as figure_upper,
    md5(cast(json_array({% for column in measured_in %}{{ column }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)) as figure_measure
{%- endmacro %}


{% macro rounding(value) -%}
    {#- The place of the last digit that is not zero: 100 of 1,200, 0.01 of 0.25. -#}
    case
        when {{ value }} = 0 then 1
        when {{ value }} = trunc({{ value }}) and abs({{ value }}) < 1e15 then power(10, length(regexp_extract(
            cast(cast({{ value }} as bigint) as varchar), '0*$'
        )))
        when abs({{ value }}) < 1e15 and cast({{ value }} as varchar) not like '%e%'
            then power(10, -length(split_part(cast({{ value }} as varchar), '.', 2)))
        else abs({{ value }}) / 10
    end
{%- endmacro %}


{% macro excludes(lower, upper) -%}
    {#- No number lies above the one bound and below the other. -#}
    {{ lower }}.bound > {{ upper }}.bound
    or ({{ lower }}.bound = {{ upper }}.bound and {{ lower }}.inside > {{ upper }}.inside)
{%- endmacro %}


{% macro resolved_figure(columns) -%}
    {#- Of the figures compatible with the best claim's: an exact one before a bound, of bounds to one side the tighter. -#}
    arg_min(
        struct_pack(
            {% for column in columns %}{{ column }} := {{ column }}, {% endfor %}document_id := document_id, claim_rank := claim_rank
        ),
        struct_pack(
            kind := case
                when operator = '=' then 0
                when left(operator, 1) = left(figure_anchor.operator, 1) and operator <> '~' then 1
                else 2
            end,
            tightness := case
                when left(operator, 1) <> left(figure_anchor.operator, 1) then 0
                when left(operator, 1) = '<' then value
                when left(operator, 1) = '>' then -value
                else 0
            end,
            is_included := if(
                left(operator, 1) = left(figure_anchor.operator, 1) and operator in ('<=', '>='), 1, 0
            ),
            claim_rank := claim_rank
        )
    ) filter (
        where value is not null
            and figure_measure = figure_anchor.measure
            and not coalesce({{ excludes('figure_lower', 'figure_anchor.upper') }}, false)
            and not coalesce({{ excludes('figure_anchor.lower', 'figure_upper') }}, false)
    ) as figure
{%- endmacro %}
