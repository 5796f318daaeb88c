{% macro dyad_code(code_a, code_b) -%}
    {#- An unordered pair of countries, `PAK-RUS`; null where there are not two known countries. -#}
    case
        when {{ is_known_country(code_a) }} and {{ is_known_country(code_b) }} and {{ code_a }} <> {{ code_b }}
            then least({{ code_a }}, {{ code_b }}) || '-' || greatest({{ code_a }}, {{ code_b }})
    end
{%- endmacro %}


{% macro is_known_country(code) -%}
    coalesce({{ code }} not in ('unknown', 'not_a_country'), false)
{%- endmacro %}
