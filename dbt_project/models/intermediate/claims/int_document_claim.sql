-- Grain: one row per accepted row that claims a source document.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_documents') }}
)

{% call claims(
    'staged', 'documents', 'document',
    ['document_id'],
    [
        'kind', 'publisher', 'title', 'url', 'published_edtf', 'language', 'licence', 'redistributable',
        'derived_from'
    ]
) %}
    kind,
    publisher,
    title,
    url,
    published_edtf,
    published_earliest,
    published_latest,
    published_precision,
    published_is_approximate,
    published_is_uncertain,
    language,
    licence,
    redistributable,
    derived_from
{% endcall %}
