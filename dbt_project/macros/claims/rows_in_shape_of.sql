{% macro rows_in_shape_of(native_feed) -%}
    {#-
        The rows of a native feed, and those of every source feed that claims in its shape (`claims` of its contract),
        with the feed that they come from.
    -#}
    select '{{ native_feed }}' as feed, staged.* from {{ ref('stg_' ~ native_feed) }} as staged
    {%- for feed in claiming_feeds().get(native_feed, []) %}
    union all by name
    select '{{ feed }}' as feed, staged.* exclude (claims) from {{ ref('stg_' ~ feed) }} as staged
    where staged.claims = '{{ native_feed }}'
    {%- endfor %}
{%- endmacro %}


{% macro deliveries_in_shape_of(native_feed, others) -%}
    {#-
        The tables of landing that `rows_in_shape_of` reads, and others of rows in that shape, with the column of a delivery:
        for `meta.keyed`.
    -#}
    {%- set by = {} -%}
    {%- for table in others -%}
    {%- do by.update({table: ['delivery_id']}) -%}
    {%- endfor -%}
    {%- for feed in [native_feed] + claiming_feeds().get(native_feed, []) -%}
    {%- do by.update({'landing.' ~ feed: ['_delivery_id']}) -%}
    {%- endfor -%}
    {{ return(by) }}
{%- endmacro %}
