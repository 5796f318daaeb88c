{% macro common_columns() -%}
    {#- What every native row says of itself, under the names that claims use. -#}
    document_id,
    locator,
    coalesce(modality, 'asserted') as modality,
    attributed_to,
    confidence,
    coalesce(retracted, false) as is_retraction,
    fact_id as given_fact_id,
    {{ lineage_columns() }}
{%- endmacro %}


{% macro lineage_columns() -%}
    recorded_at,
    _delivery_id as delivery_id,
    _file_sha256 as file_sha256,
    _row_number as row_number,
    _loaded_at
{%- endmacro %}


{% macro raw_key(columns) -%}
    {#- The key cells as they stood in the file, to be found again among the quarantined rows of a later delivery. -#}
    cast(json_object({% for column in columns | sort %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}


{% macro content_hash(columns) -%}
    md5(cast(json_array({% for column in columns %}{{ column }}{{ ', ' if not loop.last }}{% endfor %}) as varchar))
{%- endmacro %}


{% macro source_claim_columns(document_id, locator='cast(null as varchar)') -%}
    {#- What a row of a source feed says of itself: it comes from the one document that the feed is. -#}
    '{{ document_id }}' as document_id,
    {{ locator }} as locator,
    'asserted' as modality,
    cast(null as varchar) as attributed_to,
    cast(null as double) as confidence,
    false as is_retraction,
    cast(null as varchar) as given_fact_id
{%- endmacro %}


{% macro claimed_columns(relation=none) -%}
    {#- What a row says of itself, of a relation that has it under these names already. -#}
    {%- for column in [
        'document_id', 'locator', 'modality', 'attributed_to', 'confidence', 'is_retraction', 'given_fact_id', 'raw_key',
        'recorded_at', 'delivery_id', 'file_sha256', 'row_number', '_loaded_at'
    ] %}
    {{ relation ~ '.' if relation }}{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
