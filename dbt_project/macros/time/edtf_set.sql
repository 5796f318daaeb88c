{% macro edtf_set(earliest, latest) -%}
    {#- One day between two, not known more closely, as EDTF: `[2010-01-02..2020-01-01]`; an open bound stays open. -#}
    case
        when {{ earliest }} = {{ latest }} then strftime({{ earliest }}, '%Y-%m-%d')
        when {{ earliest }} is not null or {{ latest }} is not null
            then '[' || coalesce(strftime({{ earliest }}, '%Y-%m-%d'), '') || '..'
                || coalesce(strftime({{ latest }}, '%Y-%m-%d'), '') || ']'
    end
{%- endmacro %}
