{% macro join_country_as_of(alias, code, earliest, latest=none) -%}
    {#- The version of the country's name on the fact's first possible day; without one, on its last; undated: the newest.
        A code that is missing is the unknown country. Needs a CTE `countries` with country_code, valid_from, country_key. -#}
    asof left join countries as {{ alias }}
        on coalesce({{ code }}, 'unknown') = {{ alias }}.country_code
        and coalesce({{ earliest }}, {{ latest ~ ', ' if latest }}date '9999-12-30') >= {{ alias }}.valid_from
{%- endmacro %}
