{% macro value_bounds(value, operator) -%}
    {#- What a reported figure says about the true one: `< 20` bounds it above and leaves it open below; `~ 20` ("about")
        says neither how low nor how high, so that sums over bounds never pretend to know. -#}
    case when {{ operator }} in ('=', '>', '>=') then {{ value }} end as value_lower,
    case when {{ operator }} in ('=', '<', '<=') then {{ value }} end as value_upper,
    case
        when {{ operator }} in ('=', '<=', '>=') then true
        when {{ operator }} in ('<', '>') then false
    end as is_bound_included,
    {{ operator }} = '~' as is_approximate
{%- endmacro %}


{% macro readable_number(value) -%}
    {#- A number in words of a title: whole numbers with separators of thousands, others as they are. -#}
    case
        when abs({{ value }}) < 1e15 and {{ value }} = trunc({{ value }}) then format('{:,}', cast({{ value }} as bigint))
        else cast({{ value }} as varchar)
    end
{%- endmacro %}
