{% macro own_id(prefix, column) -%}
    {#-
        An id of ours out of a publisher's: `T-1054/b` becomes `<prefix>-t-1054-b-` and a hash of it, so that no two of
        its ids become one; what is an id already stays as it is, behind the prefix.
    -#}
    '{{ prefix }}-' || case
        when regexp_full_match({{ column }}, '[a-z0-9-]{1,80}') then {{ column }}
        else left(trim(regexp_replace(lower({{ column }}), '[^a-z0-9]+', '-', 'g'), '-'), 71) || '-' || left(md5({{ column }}), 8)
    end
{%- endmacro %}
