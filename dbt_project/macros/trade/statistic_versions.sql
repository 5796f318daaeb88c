{#-
    Versions of published figures out of all releases, in the order of release: what stays the same makes no new one, what
    a whole release lacks was withdrawn, what an extract lacks stands. `released` is a CTE with the columns of `keys` and
    `contents`, and: twin_number (rows of one key in one release), is_unreadable, delivery_id, row_number, release_number,
    as_of, received_at, vintage, and of the whole releases after it that cover the key the first one's closing_number and
    closing_as_of, and the earliest closing_received_at. The macro adds CTEs that end in `versions`.
-#}
{% macro statistic_versions(released, keys, contents) -%}
{%- set stream = (keys + ['twin_number']) | join(', ') -%}
{%- set content = [] -%}
{%- for column in contents %}{% do content.append(column ~ ' := ' ~ column) %}{% endfor -%}
seen as (
    select
        {{ stream }},
        if(is_unreadable, null, struct_pack({{ content | join(', ') }})) as content,
        delivery_id,
        row_number,
        release_number,
        as_of,
        received_at,
        vintage,
        closing_number,
        closing_as_of,
        closing_received_at
    from {{ released }}
),

returned as (
    select
        *,
        coalesce(lag(closing_number) over (partition by {{ stream }} order by release_number) < release_number, false) as is_back
    from seen
),

spans as (
    select *, sum(cast(is_back as integer)) over (partition by {{ stream }} order by release_number) as span_number
    from returned
),

-- present, unreadable: the last good reading stays; what was withdrawn comes back only with a row that can be read
read as (
    select * replace (last_value(content ignore nulls) over so_far as content)
    from spans
    window so_far as (
        partition by {{ stream }}, span_number order by release_number
        rows between unbounded preceding and current row
    )
),

compared as (
    select
        *,
        (
            coalesce(lag(closing_number) over stream < release_number, false)
            or content is distinct from lag(content) over stream
            or lag(release_number) over stream is null
        ) as is_start,
        lead(release_number) over stream as next_number,
        min(received_at) over (
            partition by {{ stream }} order by release_number rows between 1 following and unbounded following
        ) as next_received_at
    from read
    where content is not null
    window stream as (partition by {{ stream }} order by release_number)
),

numbered as (
    select
        *,
        sum(cast(is_start as integer)) over (partition by {{ stream }} order by release_number) as run_number
    from compared
),

runs as (
    select
        {{ stream }},
        run_number,
        any_value(content) as content,
        arg_max(delivery_id, release_number) as delivery_id,
        arg_max(row_number, release_number) as row_number,
        arg_max(vintage, release_number) as vintage,
        arg_min(vintage, release_number) as first_vintage,
        min(as_of) as published_from,
        min(received_at) as recorded_from,
        arg_max_null(next_number, release_number) as next_number,
        arg_max_null(next_received_at, release_number) as next_received_at,
        arg_max_null(closing_number, release_number) as closing_number,
        arg_max_null(closing_as_of, release_number) as closing_as_of,
        arg_max_null(closing_received_at, release_number) as closing_received_at
    from numbered
    group by all
),

versions as (
    select
        {{ stream }},
        {%- for column in contents %}
        content.{{ column }} as {{ column }},
        {%- endfor %}
        delivery_id,
        row_number,
        vintage,
        first_vintage,
        published_from,
        coalesce(least(closing_as_of, lead(published_from) over stream), timestamp '9999-12-31') as published_to,
        recorded_from,
        greatest(
            coalesce(least(closing_received_at, next_received_at), timestamp '9999-12-31'), recorded_from
        ) as recorded_to,
        next_number is null and closing_number is null as is_current
    from runs
    window stream as (partition by {{ stream }} order by run_number)
)
{%- endmacro %}
