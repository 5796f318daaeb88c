-- Grain: one row per subject, clock and time during which the same claims about it stood.
-- The two clocks (`clock`) never mix: `published` is when publishers said so, `recorded` when the archive knew.
{% set forever = "timestamp '9999-12-31'" %}
{{ config(meta={'keyed': {
    'key': ['subject_kind', 'subject_id'],
    'by': {'int_subject_fact': ['subject_kind', 'subject_id']},
    'through': {
        'int_claim_version': {'int_subject_fact': {'fact_kind': 'fact_kind', 'fact_id': 'fact_id'}},
        'int_agreement_event_claim': {'int_subject_fact': {'fact_kind': 'fact_kind', 'fact_id': 'fact_id'}},
        'int_membership_event_claim': {'int_subject_fact': {'fact_kind': 'fact_kind', 'fact_id': 'fact_id'}},
        'int_membership_listing_claim': {'int_subject_fact': {'fact_kind': 'fact_kind', 'fact_id': 'fact_id'}},
    },
    'turning': {'int_known_until': 'known_from <= known_until and known_to > known_until'},
}}) }}
with horizon as (
    select known_until from {{ ref('int_known_until') }}
),

asserted as (
    select * from {{ ref('int_claim_version') }} where not is_retraction
),

-- a claim that a decision made another fact's is one of this fact in some eras of identity, and in others not
claims as (
    select fact_kind, fact_id, claim_id, published_from, published_to, recorded_from, recorded_to
    from asserted
    where identity_eras is null
    union all
    select
        fact_kind,
        fact_id,
        claim_id,
        greatest(published_from, era.published_from) as published_from,
        least(published_to, era.published_to) as published_to,
        greatest(recorded_from, era.recorded_from) as recorded_from,
        least(recorded_to, era.recorded_to) as recorded_to
    from (select *, unnest(identity_eras) as era from asserted where identity_eras is not null) as moved
),

subject_facts as (
    select subject_kind, subject_id, fact_kind, fact_id from {{ ref('int_subject_fact') }}
),

standing as (
    select
        subject_facts.subject_kind,
        subject_facts.subject_id,
        clocks.clock,
        claims.claim_id,
        case clocks.clock when 'published' then claims.published_from else claims.recorded_from end as known_from,
        case clocks.clock when 'published' then claims.published_to else claims.recorded_to end as known_to
    from subject_facts
    inner join claims
        on subject_facts.fact_kind = claims.fact_kind and subject_facts.fact_id = claims.fact_id
    cross join (values ('published'), ('recorded')) as clocks (clock)
    where
        case clocks.clock when 'published' then claims.published_from else claims.recorded_from end
        < case clocks.clock when 'published' then claims.published_to else claims.recorded_to end
),

-- a step that was announced is taken on its day, though nobody says anything then
announced as (
    select fact_kind, fact_id, occurred_earliest as turned_on from {{ ref('int_agreement_event_claim') }}
    union all
    select fact_kind, fact_id, effective_earliest as turned_on from {{ ref('int_agreement_event_claim') }}
    union all
    select fact_kind, fact_id, coalesce(occurred_earliest, occurred_latest) as turned_on
    from {{ ref('int_membership_event_claim') }}
    union all
    select fact_kind, fact_id, coalesce(valid_on_earliest, valid_on_latest) as turned_on
    from {{ ref('int_membership_listing_claim') }}
),

turns as (
    select distinct subject_facts.subject_kind, subject_facts.subject_id, announced.turned_on
    from announced
    inner join subject_facts
        on announced.fact_kind = subject_facts.fact_kind
        and announced.fact_id = subject_facts.fact_id
        and subject_facts.subject_kind in ('agreement', 'membership')
    where announced.turned_on is not null
),

beginnings as (
    select subject_kind, subject_id, clock, min(known_from) as first_known_from
    from standing
    group by subject_kind, subject_id, clock
),

moments as (
    select subject_kind, subject_id, clock, known_from as moment from standing
    union
    select subject_kind, subject_id, clock, known_to as moment from standing where known_to < {{ forever }}
    union
    select beginnings.subject_kind, beginnings.subject_id, beginnings.clock, cast(turns.turned_on as timestamp) as moment
    from beginnings
    inner join turns on beginnings.subject_kind = turns.subject_kind and beginnings.subject_id = turns.subject_id
    where turns.turned_on > beginnings.first_known_from
),

times as (
    select
        subject_kind,
        subject_id,
        clock,
        moment as known_from,
        lead(moment, 1, {{ forever }}) over (partition by subject_kind, subject_id, clock order by moment) as known_to
    from moments
),

known as (
    select
        times.subject_kind,
        times.subject_id,
        times.clock,
        times.known_from,
        times.known_to,
        list(standing.claim_id order by standing.claim_id) as claim_ids
    from times
    inner join standing
        on times.subject_kind = standing.subject_kind
        and times.subject_id = standing.subject_id
        and times.clock = standing.clock
        and times.known_from >= standing.known_from
        and times.known_from < standing.known_to
    group by times.subject_kind, times.subject_id, times.clock, times.known_from, times.known_to
),

-- the last day, of those on which a step is taken, that had come
turned as (
    select
        known.*,
        turns.turned_on as turned_until
    from known
    asof left join turns
        on known.subject_kind = turns.subject_kind
        and known.subject_id = turns.subject_id
        and cast(known.known_from as date) >= turns.turned_on
)

select
    turned.*,
    {{ surrogate_key(['turned.subject_kind', 'turned.subject_id', 'turned.turned_until', 'turned.claim_ids']) }} as state_id,
    turned.clock = 'recorded'
    and turned.known_from <= horizon.known_until
    and turned.known_to > horizon.known_until as is_current
from turned
cross join horizon
