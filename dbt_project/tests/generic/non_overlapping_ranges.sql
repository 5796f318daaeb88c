{% test non_overlapping_ranges(model, key, starts='valid_from', ends='valid_to') %}
{#- Half-open ranges of one key are none of them empty, and no two of them share a day. -#}
with ranges as (
    select
        {{ key | join(', ') }},
        {{ starts }},
        {{ ends }},
        lag({{ ends }}) over (partition by {{ key | join(', ') }} order by {{ starts }}, {{ ends }}) as ended_before
    from {{ model }}
)

select *
from ranges
where {{ starts }} is null or {{ ends }} is null or {{ starts }} >= {{ ends }} or {{ starts }} < ended_before
{% endtest %}
