{% macro dated_steps(relation, key, recurring=[], told_by=['document_id', 'delivery_id'], has_era=false) -%}
    {#- The two CTEs that end in `dated`: the steps of `relation` with `occurrence`, the date where it is part of the key.
        It is where a step may recur, and where one document dates the same step twice: that document speaks of two steps
        (left, and joined again), and so does every other that dates one of them. `has_era`: in each era of identity. -#}
    {%- set key = key + [era_key()] if has_era else key %}
    dated_in_document as (
        select
            *,
            min(occurred_edtf) over told <> max(occurred_edtf) over told as is_dated_twice
        from {{ relation }}
        window told as (partition by {{ (key + told_by) | join(', ') }})
    ),

    dated as (
        select
            *,
            case
                when
                    {% if recurring %}event in ('{{ recurring | join("', '") }}') or {% endif -%}
                    bool_or(is_dated_twice) over (partition by {{ key | join(', ') }})
                    then occurred_edtf
            end as occurrence
        from dated_in_document
    )
{%- endmacro %}
