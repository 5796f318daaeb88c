{% macro canonical_key(json) -%}
    {#- A JSON object of key cells as text that two writers of JSON agree on: sorted by name, blanks as null. -#}
    cast(list_sort(list_transform(
        json_keys({{ json }}), lambda name: name || '=' || coalesce(nullif(json_extract_string({{ json }}, '$."' || name || '"'), ''), '')
    )) as varchar)
{%- endmacro %}
