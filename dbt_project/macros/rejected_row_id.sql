{% macro rejected_row_id() -%}
    {#- The id of a quarantined row, the same after every rebuild. Its prefix keeps a spreadsheet from taking it for a number. -#}
    'r-' || {{ surrogate_key(['delivery_id', 'feed', 'file_sha256', 'row_number']) }}
{%- endmacro %}
