-- Grain: one row per accepted entry of `raw/desta`, agreement and party to it that the entry names.
-- Who joins by an accession is a party to the treaty too, and so is who leaves it by a withdrawal.
with members as (
    select
        entries.*,
        members.party_reported,
        -- an accession marks with 1 who joins; one to a single side of the treaty, with 2, and the other side with 3
        members.side = case
            when not entries.is_accession or bool_or(members.side = '1') over entry then '1'
            else '2'
        end as is_mover
    from {{ ref('int_desta_entry') }} as entries
    inner join {{ ref('stg_desta') }} as members
        on entries.delivery_id = members.delivery_id and entries.entry_number = members.entry_number
    window entry as (partition by entries.delivery_id, entries.entry_number)
)

select
    *,
    if(is_accession and is_mover, 'acceding', 'party') as role
from members
where is_agreement
union all by name
select
    * replace (base_agreement_id as agreement_id),
    'party' as role
from members
where entry_type in ('accession', 'withdrawal') and is_mover
