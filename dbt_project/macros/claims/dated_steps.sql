{% macro dated_steps(relation, key, recurring=[], told_by=['document_id', 'delivery_id'], has_era=false) -%}
    {#- The two CTEs that end in `dated`: the steps of `relation` with `occurrence`, the date where it is part of the key.
        It is where a step may recur, and where one document dates the same step twice: that document speaks of two steps
        (left, and joined again), and so does every other that dates one of them. `has_era`: in each era of identity.
        Few steps are: they are joined, since to look through all of a key for each takes three times as long. -#}
    {%- set key = key + [era_key()] if has_era else key %}
    dated_twice as (
        select distinct {% for part in key %}step_key_{{ loop.index }}, {% endfor %}true as is_so
        from (
            select {% for part in key %}{{ part }} as step_key_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
            from {{ relation }}
            group by {{ (key + told_by) | join(', ') }}
            having min(occurred_edtf) <> max(occurred_edtf)
        )
    ),

    dated as (
        select
            {{ relation }}.*,
            case
                when
                    {% if recurring %}event in ('{{ recurring | join("', '") }}') or {% endif -%}
                    dated_twice.is_so
                    then occurred_edtf
            end as occurrence
        from {{ relation }}
        left join dated_twice
            on {% for part in key %}{{ part }} is not distinct from dated_twice.step_key_{{ loop.index }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}
