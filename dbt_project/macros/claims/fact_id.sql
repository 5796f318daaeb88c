{% macro fact_id(fact_kind, key, given='given_fact_id', has_era=false) -%}
    {#-
        The id that the recorder gave; else the one id that others gave for the same business key, so that a second
        document joins the fact without knowing its id; else a hash of the kind and the business key. Where rows have an
        era of identity, others are those of the same era.
    -#}
    {%- set key_hash = surrogate_key(["'" ~ fact_kind ~ "'"] + key) -%}
    {%- set same_key = key_hash ~ ', ' ~ era_key() if has_era else key_hash -%}
    coalesce(
        {{ given }},
        case
            when min({{ given }}) over (partition by {{ same_key }}) = max({{ given }}) over (partition by {{ same_key }})
                then min({{ given }}) over (partition by {{ same_key }})
        end,
        {{ key_hash }}
    )
{%- endmacro %}


{% macro claim_columns(feed, fact_kind, key, attributes, reported_key=none, has_era=false) -%}
    {#-
        The columns that all claims share; the model adds its typed attributes beside them. `feed` is a feed's name, or
        none where a column says it. `reported_key` is the key before identity was decided, and stands with
        `reported_given_fact_id`: it gives the id that the fact would have alone. `has_era` says that ids of the key were
        identified for every era of decisions (`identity_era`).
    -#}
    {{ "'" ~ feed ~ "' as feed" if feed else 'feed' }},
    '{{ fact_kind }}' as fact_kind,
    {{ fact_id(fact_kind, key, has_era=has_era) }} as fact_id,
    {{ fact_id(fact_kind, reported_key, 'reported_given_fact_id', has_era) if reported_key else 'fact_id' }} as reported_fact_id,
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
    cast(json_object({% for attribute in attributes %}'{{ attribute }}', {{ attribute }}{{ ', ' if not loop.last }}{% endfor %}) as varchar) as attributes
{%- endmacro %}


{% macro row_id() -%}
    delivery_id || '/' || left(file_sha256, 16) || '/' || row_number
{%- endmacro %}
