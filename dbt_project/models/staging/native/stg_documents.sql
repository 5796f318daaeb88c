-- Grain: one row per accepted row of `raw/documents` or of a dossier: a source document.
with landed as (
    select * from {{ source('landing', 'documents') }}
)

select
    kind,
    publisher,
    title,
    url,
    {{ edtf_columns('published') }},
    language,
    licence,
    redistributable,
    derived_from,
    {{ raw_key(['document_id']) }} as raw_key,
    {{ common_columns() }}
from landed
{{ join_edtf('published') }}
