{% macro without_repeats(feed, columns) -%}
    {#-
        The accepted rows of a source feed, of rows that say the same in one delivery only the first: published
        collections repeat themselves, and a repetition changes nothing. `columns` are those that say something; what
        stands beside them (the time of a download, a running number) makes no other row.
    -#}
    select
        {%- for column in columns %}
        "{{ column }}",
        {%- endfor %}
        _delivery_id,
        min(struct_pack(file_sha256 := _file_sha256, row_number := _row_number)).file_sha256 as _file_sha256,
        min(struct_pack(file_sha256 := _file_sha256, row_number := _row_number)).row_number as _row_number,
        min(_loaded_at) as _loaded_at,
        cast(null as timestamp) as recorded_at,
        count(*) as repetitions
    from {{ source('landing', feed) }}
    group by
        {%- for column in columns %}
        "{{ column }}",
        {%- endfor %}
        _delivery_id
{%- endmacro %}
