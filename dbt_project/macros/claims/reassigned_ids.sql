{% macro reassigned_ids(relation, id, traits, most_corrected) -%}
    {#-
        The ids of a source that are no key: those that stand twice in a delivery, and those that were given to something
        else in a later one. An id whose thing was merely corrected keeps it. It was given away where more of its `traits`
        changed than a correction changes (`most_corrected`), or where the thing that it carries, or carried before, also
        stands under another id: then ids moved on, if only by one place, and neighbours may differ in a single trait.
        `relation` has these columns with delivery_id and delivery_number.
    -#}
    select {{ id }} from (
        select {{ id }} from {{ relation }} group by delivery_id, {{ id }} having count(*) > 1
    ) as repeated
    union
    select changes.{{ id }}
    from (
        select
            {{ id }},
            {{ traits | join(', ') }},
            {%- for trait in traits %}
            lag({{ trait }}) over ids as {{ trait }}_before,
            {%- endfor %}
            (
                {%- for trait in traits %}
                cast({{ trait }} is distinct from {{ trait }}_before as integer){{ ' +' if not loop.last }}
                {%- endfor %}
            ) as change_count
        from {{ relation }}
        where {{ id }} is not null
        window ids as (partition by {{ id }} order by delivery_number)
        qualify lag(delivery_number) over ids is not null
    ) as changes
    {%- for moment in ['', '_before'] %}
    left join (
        select {{ traits | join(', ') }}, count(distinct {{ id }}) as id_count from {{ relation }} group by all
    ) as holders{{ moment }}
        on true
        {%- for trait in traits %}
        and changes.{{ trait }}{{ moment }} is not distinct from holders{{ moment }}.{{ trait }}
        {%- endfor %}
    {%- endfor %}
    where
        changes.change_count > {{ most_corrected }}
        or (changes.change_count > 0 and (holders.id_count > 1 or holders_before.id_count > 1))
{%- endmacro %}
