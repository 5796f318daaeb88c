{% macro named_beside() -%}
    {#-
        What rows of landing look up, for `meta.keyed`: texts of dates, countries and parties. Each has its row as soon as
        a row of landing has the text, so that a row more here changes nothing that was built before.
    -#}
    {{ return({
        'reference.edtf': ['edtf_text', 'earliest', 'latest', 'precision', 'is_approximate', 'is_uncertain', 'is_extent'],
        'int_reported_country': ['feed', 'reported', 'country_code'],
        'int_reported_party': ['feed', 'reported', 'party_kind', 'party_code'],
    }) }}
{%- endmacro %}
