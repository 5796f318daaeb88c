{% macro join_country(feed, column, relation='staged', countries='int_reported_country') -%}
    {#- `feed` is a feed's name, or none where a column of the relation says it. -#}
    left join {{ ref(countries) }} as {{ column }}_country
        on {{ column }}_country.feed = {{ "'" ~ feed ~ "'" if feed else relation ~ '.feed' }} and {{ relation }}.{{ column }}_reported = {{ column }}_country.reported
{%- endmacro %}


{% macro join_party(feed, column, relation='staged') -%}
    {#- `feed` is a feed's name, or none where a column of the relation says it. -#}
    left join {{ ref('int_reported_party') }} as {{ column }}_party
        on {{ column }}_party.feed = {{ "'" ~ feed ~ "'" if feed else relation ~ '.feed' }} and {{ relation }}.{{ column }}_reported = {{ column }}_party.reported
{%- endmacro %}


{% macro join_person(column, code, relation='staged') -%}
    {#- The recorded person whom a text names, speaking for `code`; and what a person decided on the id made of both. -#}
    left join {{ ref('int_person_name') }} as {{ column }}_by_id
        on {{ relation }}.{{ column }}_reported = {{ column }}_by_id.text and {{ column }}_by_id.scope = 'id'
    left join {{ ref('int_person_name') }} as {{ column }}_by_name
        on {{ normalised_name(relation ~ '.' ~ column ~ '_reported') }} = {{ column }}_by_name.text
        and {{ column }}_by_name.scope = case when {{ is_known_country(code) }} then {{ code }} else 'unstated' end
    left join {{ ref('int_person_name') }} as {{ column }}_by_alias
        on {{ normalised_name(relation ~ '.' ~ column ~ '_reported') }} = {{ column }}_by_alias.text
        and {{ column }}_by_alias.scope = 'anywhere'
    left join {{ ref('int_identity') }} as {{ column }}_identity
        on {{ column }}_identity.kind = 'person' and {{ column }}_identity.reported_id = {{ named_person_id(column, code, relation) }}
{%- endmacro %}


{% macro person_id(column, code, relation='staged') -%}
    {#- A recorded person; else an id made of the name and whom they speak for: namesakes of two states stay two. -#}
    coalesce(
        {{ column }}_by_id.person_id,
        {{ column }}_by_name.person_id,
        {{ column }}_by_alias.person_id,
        {{ column }}_identity.canonical_id,
        {{ named_person_id(column, code, relation) }}
    )
{%- endmacro %}


{% macro named_person_id(column, code, relation='staged') -%}
    {{ slug(relation ~ '.' ~ column ~ '_reported') }} || coalesce('-' || {{ slug(code) }}, '')
{%- endmacro %}


{% macro key_of_reported(code, reported) -%}
    {#- What a key hashes: the resolved code, else the normalised text, so that two unknowns stay two. -#}
    case when {{ code }} in ('unknown', 'not_a_country') then coalesce({{ normalised_name(reported) }}, {{ reported }}) else {{ code }} end
{%- endmacro %}


{% macro country_code_text(scheme, code) -%}
    {#- `scheme:code` in one spelling: any case, any leading zeros (`isonum:076`, `isonum:76`). -#}
    lower({{ scheme }} || ':' || coalesce(nullif(ltrim({{ code }}, '0'), ''), '0'))
{%- endmacro %}
