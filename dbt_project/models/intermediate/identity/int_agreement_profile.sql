-- Grain: one row per id under which an agreement was recorded, with what the claims that stand say of it: what the
-- linkage of agreements compares. Nothing is resolved here, since resolution needs identity.
{{ config(meta={'keyed': {
    'key': ['agreement_id'],
    'by': {
        'int_agreement_reported': ['agreement_id'],
        'int_agreement_party_reported': ['agreement_id'],
        'int_agreement_event_reported': ['agreement_id'],
        'int_standing_alias': ['id'],
    },
    'through': {'int_delivery': {
        'int_agreement_reported': {'delivery_id': 'delivery_id'},
        'int_agreement_party_reported': {'delivery_id': 'delivery_id'},
        'int_agreement_event_reported': {'delivery_id': 'delivery_id'},
    }},
}}) }}
with agreements as (
    {{ standing_rows('agreements', ['agreement_id'], 'int_agreement_reported') }}
),

parties as (
    {{ standing_rows('agreement_parties', ['agreement_id', 'party_reported'], 'int_agreement_party_reported') }}
),

events as (
    {{ standing_rows('agreement_events', ['agreement_id', 'event', 'occurred_edtf'], 'int_agreement_event_reported') }}
),

aliases as (
    select * from {{ ref('int_standing_alias') }}
),

recorded as (
    select
        agreement_id,
        list(distinct document_id order by document_id) as documents,
        list(distinct parent_agreement_id order by parent_agreement_id) filter (where parent_agreement_id is not null) as parents,
        -- what two documents call differently says nothing
        case when count(distinct instrument_type) = 1 then min(instrument_type) end as instrument_type,
        case when count(distinct {{ normalised_name('place') }}) = 1 then min({{ normalised_name('place') }}) end as place
    from agreements
    where modality <> 'negated'
    group by agreement_id
),

titles as (
    select agreement_id, list(distinct title order by title) as titles
    from (
        select agreement_id, title from agreements where modality <> 'negated'
        union all
        select id as agreement_id, alias as title from aliases where kind = 'agreement'
    ) as named
    where title is not null
    group by agreement_id
),

known_parties as (
    select agreement_id, list(distinct party_code order by party_code) as parties
    from parties
    where {{ is_known_country('party_code') }}
    group by agreement_id
),

-- the finest date, and of several the first: the step of the last party is the step of all, but many record only the first
dated as (
    select
        agreement_id,
        if(event = 'entered_into_force', 'in_force', 'signed') as step,
        arg_min(
            struct_pack(earliest := occurred_earliest, latest := occurred_latest),
            struct_pack(width := occurred_latest - occurred_earliest, earliest := occurred_earliest)
        ) as period
    from events
    where
        event in ('signed', 'adopted', 'entered_into_force')
        and modality <> 'negated'
        and occurred_earliest is not null
        and occurred_latest is not null
    group by agreement_id, if(event = 'entered_into_force', 'in_force', 'signed')
)

select
    recorded.agreement_id,
    titles.titles,
    recorded.documents,
    known_parties.parties,
    signed.period.earliest as signed_earliest,
    signed.period.latest as signed_latest,
    in_force.period.earliest as in_force_earliest,
    in_force.period.latest as in_force_latest,
    recorded.instrument_type,
    recorded.place,
    recorded.parents
from recorded
left join titles on recorded.agreement_id = titles.agreement_id
left join known_parties on recorded.agreement_id = known_parties.agreement_id
left join dated as signed on recorded.agreement_id = signed.agreement_id and signed.step = 'signed'
left join dated as in_force on recorded.agreement_id = in_force.agreement_id and in_force.step = 'in_force'
