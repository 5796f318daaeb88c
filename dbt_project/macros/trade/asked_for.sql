{% macro asked_for(query, field) -%}
    {#- The values that a query names for a field, as a list of text; null where it does not limit the field. -#}
    nullif(list_filter(
        list_transform(
            if(
                json_type({{ query }}, '$.{{ field }}') = 'ARRAY',
                cast(json_extract_string({{ query }}, '$.{{ field }}[*]') as varchar[]),
                string_split(coalesce(json_extract_string({{ query }}, '$.{{ field }}'), ''), ',')
            ),
            lambda value: upper(trim(value))
        ),
        lambda value: value not in ('', 'ALL')
    ), cast([] as varchar[]))
{%- endmacro %}


{% macro is_asked_for(values, column) -%}
    {#- Whether a value is among those that a query names: all are, where it names none. -#}
    ({{ values }} is null or list_contains({{ values }}, cast({{ column }} as varchar)))
{%- endmacro %}
