{% macro place_key(place, country_code='null') -%}
    {#- The key of a place: its normalised name and, where it has one, the country it is in. -#}
    {{ surrogate_key([
        "coalesce(" ~ normalised_name(place) ~ ", 'unknown')",
        "case when " ~ normalised_name(place) ~ " is null then 'unknown' else coalesce(" ~ country_code ~ ", 'unknown') end"
    ]) }}
{%- endmacro %}
