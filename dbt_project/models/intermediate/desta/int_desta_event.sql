-- Grain: one row per accepted entry of `raw/desta` and step that it claims, of the whole agreement or of one party.
-- DESTA dates by the year: the text of the date is the year, and no day is made of it.
with entries as (
    select
        *,
        entryforceyear_edtf is not null as is_in_force
    from {{ ref('int_desta_entry') }}
),

parties as (
    select * from {{ ref('int_desta_party') }}
),

{%- set parts = ['edtf', 'earliest', 'latest', 'precision', 'is_approximate', 'is_uncertain'] %}

signed as (
    select *, 'signed' as event
        {%- for part in parts %}, year_{{ part }} as occurred_{{ part }}{% endfor %}
    from entries
    where entry_type in ('base_treaty', 'accession', 'protocol or amendment')
),

in_force as (
    select *, 'entered_into_force' as event
        {%- for part in parts %}, entryforceyear_{{ part }} as occurred_{{ part }}{% endfor %}
    from entries
    where entry_type in ('base_treaty', 'accession', 'protocol or amendment') and is_in_force
),

negotiating as (
    select *, 'negotiating' as event
    from entries
    where entry_type = 'negotiation'
),

amended as (
    select * replace (base_agreement_id as agreement_id), 'amended' as event
        {%- for part in parts %},
        year_{{ part }} as occurred_{{ part }},
        entryforceyear_{{ part }} as effective_{{ part }}
        {%- endfor %}
    from entries
    where entry_type in ('protocol or amendment', 'consolidated')
),

moved as (
    select *, if(entry_type = 'withdrawal', 'withdrawn', 'acceded') as event
        {%- for part in parts %},
        year_{{ part }} as occurred_{{ part }},
        entryforceyear_{{ part }} as effective_{{ part }}
        {%- endfor %}
    from parties
    where entry_type in ('accession', 'withdrawal') and is_mover and agreement_id = base_agreement_id
),

events as (
    select * from signed
    union all by name
    select * from in_force
    union all by name
    select * from negotiating
    union all by name
    select * from amended
    union all by name
    select * from moved
)

select *
from events
