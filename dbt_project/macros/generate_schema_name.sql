{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas are called what the project calls them, without the target's prefix: there is one target. -#}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
