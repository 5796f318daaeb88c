{% macro milestone_names() -%}
    {#- The steps of an agreement, or of a party's part in it, of which the first date is kept; of endings the last. -#}
    {{ return(['signed', 'ratified', 'provisionally_applied', 'in_force', 'ended']) }}
{%- endmacro %}


{% macro milestone_dates(relation) -%}
    {%- for milestone in milestone_names() %}
    {%- for part in ['edtf', 'earliest', 'latest'] %}
    {{ relation }}.{{ milestone }}_{{ part }}{{ ',' if not loop.last }}
    {%- endfor %}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
