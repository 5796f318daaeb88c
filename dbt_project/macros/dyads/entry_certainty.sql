{% macro entry_certainty(relation) -%}
    {#- What every entry of a timeline says of its certainty. -#}
    {%- for column in [
        'document_id', 'locator', 'modality', 'attributed_to', 'claim_count', 'has_conflict', 'evidence_class'
    ] %}
    {{ relation }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
