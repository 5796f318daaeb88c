{#-
    Applies identity where a claim names something by its id. `int_identity` holds only the ids that are another thing's
    too; every other id stands for itself.
-#}

{% macro join_identity(kind, column, relation='staged') -%}
    {#- `kind` is a kind, or the column (with a dot or in the relation) that says it: give it as SQL. -#}
    left join {{ ref('int_identity') }} as {{ column }}_identity
        on {{ column }}_identity.kind = {{ kind }} and {{ column }}_identity.reported_id = {{ relation }}.{{ column }}
{%- endmacro %}


{% macro canonical_id(column, relation='staged') -%}
    coalesce({{ column }}_identity.canonical_id, {{ relation }}.{{ column }})
{%- endmacro %}


{% macro identified(column, relation='staged') -%}
    {#- The canonical id under the column's name, the reported one beside it. -#}
    {{ canonical_id(column, relation) }} as {{ column }},
    {{ relation }}.{{ column }} as reported_{{ column }}
{%- endmacro %}


{% macro identified_fact_id(column, relation='staged') -%}
    {#- A recorder's fact id counts where the thing keeps its id; a thing that became another's has that one's facts. -#}
    if({{ canonical_id(column, relation) }} = {{ relation }}.{{ column }}, {{ relation }}.given_fact_id, null) as given_fact_id,
    {{ relation }}.given_fact_id as reported_given_fact_id
{%- endmacro %}
