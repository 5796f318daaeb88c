{% macro reported_event_id(relation) -%}
    {#- The id of the meeting or agreement that a reported event is: of a name space that nobody else writes in. -#}
    'gdelt-' || {{ relation }}.event_class || '-' || lower({{ relation }}.dyad_code) || '-' || {{ relation }}.occurred_on
{%- endmacro %}
