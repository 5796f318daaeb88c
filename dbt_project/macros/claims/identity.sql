{#-
    Applies identity where a claim names something by its id. `int_identity` holds only the ids that are another thing's
    too today; every other id stands for itself. Where the id is part of a key (`in_key`), it stands for what it stood for
    in each era of decisions (`int_identity_era`): the row is then there once for every era of its ids, with the era in
    `identity_era`. What only points at something points at what that is today.
-#}

{% macro join_identity(kind, column, relation='staged', in_key=false) -%}
    {#- `kind` is a kind, or the column (with a dot or in the relation) that says it: give it as SQL. -#}
    left join {{ ref('int_identity') }} as {{ column }}_identity
        on {{ column }}_identity.kind = {{ kind }} and {{ column }}_identity.reported_id = {{ relation }}.{{ column }}
    {%- if in_key %}
    left join {{ ref('int_identity_era') }} as {{ column }}_era
        on {{ column }}_era.kind = {{ kind }} and {{ column }}_era.reported_id = {{ relation }}.{{ column }}
    {%- endif %}
{%- endmacro %}


{% macro canonical_id(column, relation='staged', in_key=false) -%}
    coalesce({{ column ~ '_era.canonical_id, ' if in_key }}{{ column }}_identity.canonical_id, {{ relation }}.{{ column }})
{%- endmacro %}


{% macro identified(column, relation='staged', in_key=false) -%}
    {#- The canonical id under the column's name, the reported one beside it. -#}
    {{ canonical_id(column, relation, in_key) }} as {{ column }},
    {{ relation }}.{{ column }} as reported_{{ column }}
{%- endmacro %}


{% macro identified_fact_id(column, relation='staged') -%}
    {#- A recorder's fact id counts where the thing keeps its id; a thing that became another's has that one's facts. -#}
    if({{ canonical_id(column, relation, in_key=true) }} = {{ relation }}.{{ column }}, {{ relation }}.given_fact_id, null) as given_fact_id,
    {{ relation }}.given_fact_id as reported_given_fact_id
{%- endmacro %}


{% macro identity_era(columns) -%}
    {#- The era of a row whose key holds these ids, of several that in which all of them stood so; null where no decision
        ever moved one of them. -#}
    case
        when {% for column in columns %}{{ column }}_era.era_key is not null{{ ' or ' if not loop.last }}{% endfor %} then struct_pack(
            key := concat_ws(' ', {% for column in columns %}nullif({{ column }}_era.era_key, ''){{ ', ' if not loop.last }}{% endfor %}),
            {%- for clock in ['published', 'recorded'] %}
            {{ clock }}_from := greatest({% for column in columns %}{{ column }}_era.{{ clock }}_from{{ ', ' if not loop.last }}{% endfor %}),
            {{ clock }}_to := least({% for column in columns %}{{ column }}_era.{{ clock }}_to{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
            {%- endfor %}
        )
    end as identity_era
{%- endmacro %}


{% macro is_one_time(column, other) -%}
    {#- Whether the eras of two ids of a row meet, on either clock: two ids of no era are met with at all times. -#}
    (
        {{ column }}_era.era_key is null
        or {{ other }}_era.era_key is null
        {%- for clock in ['published', 'recorded'] %}
        or greatest({{ column }}_era.{{ clock }}_from, {{ other }}_era.{{ clock }}_from)
        < least({{ column }}_era.{{ clock }}_to, {{ other }}_era.{{ clock }}_to)
        {%- endfor %}
    )
{%- endmacro %}


{% macro era_key(relation=none) -%}
    {#- The key of a row's era: empty where its ids stand as they do today. -#}
    coalesce({{ relation ~ '.' if relation }}identity_era.key, '')
{%- endmacro %}


{% macro no_identity_era() -%}
    {#- Of a row that no decision moves, or that is identified as of today. -#}
    cast(null as struct(
        "key" varchar, published_from timestamp, published_to timestamp, recorded_from timestamp, recorded_to timestamp
    ))
{%- endmacro %}
