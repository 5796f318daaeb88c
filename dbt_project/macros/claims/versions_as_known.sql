{% macro versions_as_known(model, key) -%}
    {#-
        The rows of a model of states of knowledge with the times at which they held, on both clocks; times in which
        nothing changed are one. Columns: clock, known_from, known_to, is_current, then those of the model.
    -#}
    with contents as (
        select * exclude (is_current) from {{ ref(model) }}
    ),

    held as (
        select
            knowledge.clock,
            knowledge.known_from,
            knowledge.known_to,
            knowledge.is_current,
            contents
        from contents
        inner join {{ ref('int_knowledge') }} as knowledge on contents.state_id = knowledge.state_id
    ),

    compared as (
        select
            * exclude (contents),
            {%- for column in key %}
            contents.{{ column }} as key_{{ loop.index }},
            {%- endfor %}
            struct_update(contents, state_id := null) as content,
            lag(content) over versions as former_content,
            lag(known_to) over versions as former_to
        from held
        window versions as (
            partition by clock{% for column in key %}, contents.{{ column }}{% endfor %} order by known_from
        )
    ),

    numbered as (
        select
            *,
            sum(cast(content is distinct from former_content or known_from is distinct from former_to as integer)) over (
                partition by clock{% for column in key %}, key_{{ loop.index }}{% endfor %} order by known_from
            ) as version_number
        from compared
    ),

    versions as (
        select
            clock,
            min(known_from) as known_from,
            max(known_to) as known_to,
            bool_or(is_current) as is_current,
            any_value(content) as content
        from numbered
        group by clock{% for column in key %}, key_{{ loop.index }}{% endfor %}, version_number
    )

    select * exclude (state_id)
    from (select clock, known_from, known_to, is_current, unnest(content) from versions) as expanded
{%- endmacro %}
