{% macro is_within_query(raw_key, query) -%}
    {#-
        Whether a row of this key answers a query. A query that is an object (`{"reporter": "764", "period": "2010,2011"}`)
        is read: every field must be a column of the key with one of the values. Of any other text nothing is known.
    -#}
    coalesce(case when json_valid({{ query }}) and json_type({{ query }}) = 'OBJECT' then list_bool_and(list_transform(
        json_keys({{ query }}),
        lambda field: list_contains(
            list_transform(
                string_split(json_extract_string({{ query }}, '$."' || field || '"'), ','), lambda value: trim(value)
            ),
            json_extract_string({{ raw_key }}, '$."' || field || '"')
        )
    )) end, false)
{%- endmacro %}
