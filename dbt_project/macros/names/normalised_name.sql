{% macro normalised_name(expression) -%}
    {#- What two spellings of one name have in common: case, accents, punctuation and a leading article gone. -#}
    nullif(trim(regexp_replace(
        ' ' || regexp_replace(lower(strip_accents({{ expression }})), '[^\p{L}\p{N}]+', ' ', 'g'), '^ *the ', ''
    )), '')
{%- endmacro %}


{% macro slug(expression) -%}
    {#- An id made of a name where none was recorded: `[a-z0-9-]`; letters beyond ASCII stay, so that no two merge. -#}
    nullif(trim(regexp_replace(lower(strip_accents({{ expression }})), '[^\p{L}\p{N}]+', '-', 'g'), '-'), '')
{%- endmacro %}
