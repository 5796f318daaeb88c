{% macro surrogate_key(expressions) -%}
    {#- A hash of a JSON array: parts joined by a separator collide (`a|b`, `c` and `a`, `b|c`). -#}
    md5(cast(json_array({{ expressions | join(', ') }}) as varchar))
{%- endmacro %}
