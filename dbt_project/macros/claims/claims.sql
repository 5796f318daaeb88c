{% macro claims(relation, feed, fact_kind, key, attributes, reported_key=none, has_era=false) -%}
    {#-
        The claims that the rows of a relation make: the columns that all claims share, and the typed attributes that the
        caller lists between `call claims(…)` and `endcall`. `feed` is a feed's name, or none where a column says it.

        The id of a fact is the one that the recorder gave; else the one id that others gave for the same business key, so
        that a second document joins the fact without knowing its id; else a hash of the kind and the business key.
        `reported_key` is the key before identity was decided, and stands with `reported_given_fact_id`: it gives the id
        that the fact would have alone. `has_era` says that ids of the key were identified for every era of decisions
        (`identity_era`): others are then those of the same era.

        Few recorders give ids. They are looked up by key: to look through all rows of a key for one takes twice the time.
    -#}
    {%- set kind = ["'" ~ fact_kind ~ "'"] -%}
    {%- set ids = [('fact_id', 'given_fact_id', surrogate_key(kind + key))] -%}
    {%- if reported_key %}{% do ids.append(('reported_fact_id', 'reported_given_fact_id', surrogate_key(kind + reported_key))) %}{% endif -%}
    {%- set era = era_key() if has_era else "''" -%}
    select
        {{ "'" ~ feed ~ "' as feed" if feed else 'feed' }},
        '{{ fact_kind }}' as fact_kind,
        {%- for id, given, key_hash in ids %}
        coalesce(claimed.{{ given }}, given_{{ id }}.id_of_given, claimed.{{ id }}_of_key) as {{ id }},
        {%- endfor %}
        {{ 'fact_id as reported_fact_id,' if not reported_key }}
        {{ '' if has_era else no_identity_era() ~ ' as ' }}identity_era,
        {{ row_id() }} as row_id,
        document_id,
        locator,
        modality,
        attributed_to,
        confidence,
        is_retraction,
        recorded_at,
        delivery_id,
        file_sha256,
        row_number,
        raw_key,
        cast(json_object({% for attribute in attributes %}'{{ attribute }}', {{ attribute }}{{ ', ' if not loop.last }}{% endfor %}) as varchar) as attributes,
        {{ caller() }}
    from (
        select
            *,
            {{ era }} as era_of_key
            {%- for id, given, key_hash in ids %},
            {{ key_hash }} as {{ id }}_of_key
            {%- endfor %}
        from {{ relation }}
    ) as claimed
    {%- for id, given, key_hash in ids %}
    left join (
        select {{ key_hash }} as key_of_given, {{ era }} as era_of_given, min({{ given }}) as id_of_given
        from {{ relation }}
        where {{ given }} is not null
        group by all
        having min({{ given }}) = max({{ given }})
    ) as given_{{ id }}
        on claimed.{{ id }}_of_key = given_{{ id }}.key_of_given and claimed.era_of_key = given_{{ id }}.era_of_given
    {%- endfor %}
{%- endmacro %}


{% macro row_id() -%}
    delivery_id || '/' || left(file_sha256, 16) || '/' || row_number
{%- endmacro %}
