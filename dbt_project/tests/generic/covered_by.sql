{% test covered_by(model, to, columns=none, fields=none, column_name=none, field=none) %}
{#- Coverage: whatever is here is there too. Unlike `relationships` it may compare several columns, and null with null. -#}
{%- set columns = columns or [column_name] -%}
{%- set fields = fields or ([field] if field else columns) -%}
with covered as (
    select * from {{ model }}
)

select {{ columns | join(', ') }}
from covered
where not exists (
    select 1
    from {{ to }} as covering
    where
        {%- for column in columns %}
        covering.{{ fields[loop.index0] }} is not distinct from covered.{{ column }}{{ ' and' if not loop.last }}
        {%- endfor %}
)
{% endtest %}
