{% macro possible_bounds(is_share) -%}
    {#- What the true figure can be, from the columns of `value_bounds`: what was reported, and for a share 0 to 100 besides. -#}
    case when {{ is_share }} then coalesce(value_lower, 0) else value_lower end as possible_lower,
    case when {{ is_share }} then coalesce(value_upper, 100) else value_upper end as possible_upper,
    case when value_lower is not null then is_bound_included when {{ is_share }} then true end as is_lower_included,
    case when value_upper is not null then is_bound_included when {{ is_share }} then true end as is_upper_included
{%- endmacro %}


{% macro is_stated_share(indicator, unit, value) -%}
    {#- Whether a figure says of itself that it is a share of a whole, and so lies between 0 and 100 percent. -#}
    {{ unit }} = 'percent' and {{ value }} between 0 and 100 and regexp_matches({{ indicator }}, '(_share$|^share_of_)')
{%- endmacro %}


{% macro interval_difference(later, earlier) -%}
    {#- Later minus earlier, of two figures with the columns of `possible_bounds`: the least and the most that the true
        difference can be. A bound that one of them lacks is open. Reckoned in decimals, to twelve places, since 0.3 less
        0.1 in doubles is less than 0.2. -#}
    cast({{ exact(later ~ '.possible_lower') }} - {{ exact(earlier ~ '.possible_upper') }} as double) as change_lower,
    cast({{ exact(later ~ '.possible_upper') }} - {{ exact(earlier ~ '.possible_lower') }} as double) as change_upper,
    case when change_lower is not null then {{ later }}.is_lower_included and {{ earlier }}.is_upper_included end
        as is_change_lower_included,
    case when change_upper is not null then {{ later }}.is_upper_included and {{ earlier }}.is_lower_included end
        as is_change_upper_included
{%- endmacro %}


{% macro exact_sum(value, places=6) -%}
    {#- A sum of doubles that is the same in whatever order they are added: reckoned in decimals. -#}
    cast(sum(cast({{ value }} as decimal(38, {{ places }}))) as double)
{%- endmacro %}


{% macro exact_average(value, places=12) -%}
    avg(cast({{ value }} as decimal(38, {{ places }})))
{%- endmacro %}


{% macro exact(value) -%}
    {#- A double as the decimal it was written as; null, an open bound, where it is too large to be kept exactly. By its
        digits: DuckDB's cast from the double itself is off in the last of twelve places of all but small numbers. -#}
    case when abs({{ value }}) < 1e15 then cast(cast({{ value }} as varchar) as decimal(38, 12)) end
{%- endmacro %}
