{% macro trade_vocabularies() -%}
    {#- The closed vocabularies of trade figures, by their columns: of the wide tables of hundreds of millions of rows these
        columns are ENUMs, which cost a quarter of what text does, to write and to filter by.

        In the order of text, so that they sort as text does. The types stand in the contracts of the models, too. -#}
    {{ return({
        'source': ['baci', 'comtrade', 'trade_observations'],
        'direction': [
            'domestic_export', 'export', 'export_inward_processing', 'export_outward_processing', 'foreign_import', 'import',
            'import_inward_processing', 'import_outward_processing', 'other', 're_export', 're_import', 'total'
        ],
        'operator': ['<', '<=', '=', '>', '>=', '~'],
        'basis': ['CIF', 'FOB', 'unknown'],
        'rate_kind': ['average', 'average_of_months', 'end'],
        'modality': ['asserted', 'hypothetical', 'inferred', 'intended', 'negated'],
        'evidence_class': ['curated', 'machine_coded']
    }) }}
{%- endmacro %}


{% macro as_vocabularies(relation) -%}
    {#- The replacements of `select relation.* replace (…)` by which the columns of closed vocabularies become ENUMs. -#}
    {%- for column, words in trade_vocabularies().items() %}
    cast({{ relation }}.{{ column }} as enum('{{ words | join("', '") }}')) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
