-- Grain: one row per accepted entry of `raw/desta`, as one delivery has it, with the agreement that it is an entry of.
-- An accession and an amendment are agreements of their own. A withdrawal is a step of the treaty that is left, and a
-- consolidated text (`694a`) is another text of the amendment whose number it has, or of the treaty.
with entries as (
    select
        *,
        regexp_replace(entry_number, '[a-z]+$', '') as text_number,
        'desta-' || base_number as base_agreement_id
    from {{ ref('stg_desta_entries') }}
),

texts as (
    select distinct delivery_id, entry_number from entries where entry_type not in ('withdrawal', 'consolidated')
)

select
    entries.* exclude (text_number),
    entries.entry_type not in ('withdrawal', 'consolidated') as is_agreement,
    contains(entries.entry_number, '+') as is_accession,
    case
        when entries.entry_type = 'withdrawal' then entries.base_agreement_id
        when entries.entry_type = 'consolidated' and texts.entry_number is null then entries.base_agreement_id
        when entries.entry_type = 'consolidated' then 'desta-' || entries.text_number
        else 'desta-' || replace(replace(entries.entry_number, '+', '-accession-'), '_', '-withdrawal-')
    end as agreement_id
from entries
left join texts on entries.delivery_id = texts.delivery_id and entries.text_number = texts.entry_number
