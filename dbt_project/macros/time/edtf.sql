{% macro edtf_columns(column, date=none) -%}
    {#- The six columns of a date, from the parsed table joined by `join_edtf`. -#}
    {%- set parsed = (date or column) ~ '_parsed' -%}
    {{ column }} as {{ column }}_edtf,
    {{ parsed }}.earliest as {{ column }}_earliest,
    {{ parsed }}.latest as {{ column }}_latest,
    {{ parsed }}.precision as {{ column }}_precision,
    coalesce({{ parsed }}.is_approximate, false) as {{ column }}_is_approximate,
    coalesce({{ parsed }}.is_uncertain, false) as {{ column }}_is_uncertain
{%- endmacro %}


{% macro join_edtf(column, relation='landed') -%}
    left join {{ ref('stg_edtf') }} as {{ column }}_parsed on {{ relation }}.{{ column }} = {{ column }}_parsed.edtf_text
{%- endmacro %}
