-- Grain: one row per state of knowledge and uninterrupted time in which somebody stood in one status to an organisation.
-- Two tracks run beside each other, so that an observer who applies stays an observer: candidacy (applicant, invited,
-- candidate) and standing (observer, associate, partner, member, suspended). Steps move them; lists bear witness to them
-- on a day: what two of them say differently changed between them. Only what is asserted or inferred counts: a wish, a
-- hypothesis or a denial never makes a member.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_membership_event_as_known': ['state_id'],
        'int_membership_listing_as_known': ['state_id'],
        'int_membership_list_as_known': ['state_id'],
        'int_knowledge_state': ['state_id'],
    },
    'where': {'int_knowledge_state': "subject_kind = 'membership'"},
    'through': {'int_document_reference': {
        'int_membership_event_as_known': {'document_id': 'document_id'},
        'int_membership_listing_as_known': {'document_id': 'document_id'},
        'int_membership_list_as_known': {'document_id': 'document_id'},
    }},
}}) }}
{% set member = ['state_id', 'organization_id', 'member_kind', 'member_identity'] -%}
{% set list_key = ['state_id', 'organization_id'] -%}
{% set track = member + ['track'] -%}
with step_types as (
    select * from {{ ref('membership_steps') }}
),

lists as (
    select * from {{ ref('int_membership_list_as_known') }}
),

-- what happens after the last of these days that had come is announced, and has moved nothing yet
states as (
    select state_id, turned_until, is_current as is_known_today
    from {{ ref('int_knowledge_state') }}
    where subject_kind = 'membership'
),

document_kinds as (
    select document_id, kind, kind_rank from {{ ref('int_document_reference') }}
),

events as (
    select
        'membership' as fact_kind,
        'event' as basis,
        event as step,
        occurred_edtf as at_edtf,
        occurred_earliest as at_earliest,
        occurred_latest as at_latest,
        occurred_precision as at_precision,
        cast(null as varchar[]) as statuses_listed,
        false as is_disputed,
        * exclude (event, occurred_edtf, occurred_earliest, occurred_latest, occurred_precision)
    from {{ ref('int_membership_event_as_known') }}
    where modality in ('asserted', 'inferred')
),

listings as (
    select
        'membership_listing' as fact_kind,
        'list' as basis,
        'listed as ' || coalesce(listings.status, 'member') as step,
        listings.valid_on_edtf as at_edtf,
        listings.valid_on_earliest as at_earliest,
        listings.valid_on_latest as at_latest,
        listings.valid_on_precision as at_precision,
        lists.statuses_listed,
        -- another list of that day lacks it
        coalesce(listings.claim_count < lists.document_count, false) as is_disputed,
        listings.* exclude (status, valid_on_edtf, valid_on_earliest, valid_on_latest, valid_on_precision)
    from {{ ref('int_membership_listing_as_known') }} as listings
    left join lists
        on {{ same_key(list_key, 'listings', 'lists') }} and listings.valid_on_edtf = lists.valid_on_edtf
    where listings.modality in ('asserted', 'inferred')
),

present as (
    select
        *,
        -- two names that nobody could resolve must not become one member
        case
            when member_kind in ('country', 'organization') then member_code else {{ normalised_name('member_reported') }}
        end as member_identity
    from (
        select * from events
        union all by name
        select * from listings
    ) as evidence
),

members as (
    select {{ member | join(', ') }}, min(member_code) as member_code, min(member_reported) as member_reported
    from present
    group by {{ member | join(', ') }}
),

absences as (
    select
        'list' as basis,
        'not listed' as step,
        lists.valid_on_edtf as at_edtf,
        lists.valid_on_earliest as at_earliest,
        lists.valid_on_latest as at_latest,
        lists.valid_on_precision as at_precision,
        lists.statuses_listed,
        false as is_disputed,
        members.*,
        lists.document_id,
        'inferred' as modality,
        false as has_conflict
    from members
    inner join lists on {{ same_key(list_key, 'members', 'lists') }} and lists.is_complete
    left join present
        on {{ same_key(member, 'members', 'present') }}
        and present.basis = 'list'
        and lists.valid_on_edtf = present.at_edtf
    where present.member_identity is null
),

evidence as (
    select
        all_evidence.*,
        step_types.natural_order,
        step_types.standing,
        step_types.candidacy,
        document_kinds.kind as document_kind,
        coalesce(document_kinds.kind_rank, 99) as kind_rank,
        all_evidence.at_edtf is null as is_undated,
        coalesce(all_evidence.at_earliest, date '0001-01-01') as low,
        coalesce(all_evidence.at_latest, date '9999-12-31') as high,
        -- from when to when the change or the presence that it tells of was surely over, and surely there
        coalesce(case when all_evidence.at_precision = 'extent' then all_evidence.at_latest end, all_evidence.at_earliest)
            as last_known,
        coalesce(case when all_evidence.at_precision = 'extent' then all_evidence.at_earliest end, all_evidence.at_latest)
            as first_known,
        -- the rule of claims: the smallest wins
        struct_pack(
            is_machine_coded := coalesce(all_evidence.evidence_class = 'machine_coded', false),
            is_inferred := all_evidence.modality = 'inferred',
            kind_rank := coalesce(document_kinds.kind_rank, 99),
            published_before := -coalesce(epoch_us(all_evidence.published_from), 0),
            recorded_before := -coalesce(epoch_us(all_evidence.recorded_from), 0),
            fact_id := all_evidence.fact_id
        ) as precedence,
        concat_ws(', ', concat_ws(' ', all_evidence.step, all_evidence.at_edtf), all_evidence.document_id) as described,
        row_number() over (
            partition by {{ member | join(', ') }} order by all_evidence.basis, all_evidence.fact_id, all_evidence.at_edtf
        ) as evidence_number
    from (
        select * from present
        union all by name
        select * from absences
    ) as all_evidence
    inner join step_types on all_evidence.step = step_types.step
    left join document_kinds on all_evidence.document_id = document_kinds.document_id
),

-- two documents that let it become two things at the same time: on one day, the rule of claims decides; within a month
-- or a year, the usual order of steps
rivals as (
    select
        one.{{ member | join(', one.') }},
        one.evidence_number,
        one.at_precision = 'day' and bool_or(other.precedence < one.precedence) as is_overruled,
        string_agg(distinct other.described, '; ') as contradicted_by,
        case
            when one.at_precision <> 'day' then 'the usual order of steps'
            when bool_or(other.evidence_class <> one.evidence_class) then 'recorded by a person, the other coded by a machine'
            when bool_or(other.modality <> one.modality) then 'asserted comes before inferred'
            when bool_or(other.kind_rank <> one.kind_rank)
                then coalesce(one.document_kind, 'no kind') || ' comes before '
                    || string_agg(distinct coalesce(other.document_kind, 'no kind'), ', ')
            when bool_or(other.published_from <> one.published_from) then 'published later'
            when bool_or(other.recorded_from <> one.recorded_from) then 'recorded later'
            else 'first by fact id'
        end as rival_reason
    from evidence as one
    inner join evidence as other
        on {{ same_key(member, 'one', 'other') }}
        and one.step <> other.step
        and one.document_id <> other.document_id
        and one.at_earliest = other.at_earliest
        and one.at_latest = other.at_latest
    where one.step in ('observer', 'partner', 'joined') and other.step in ('observer', 'partner', 'joined')
    group by one.{{ member | join(', one.') }}, one.evidence_number, one.at_precision, one.document_kind
),

standing_evidence as (
    select evidence.*, rivals.contradicted_by, rivals.rival_reason
    from evidence
    left join rivals on {{ same_key(member + ['evidence_number'], 'evidence', 'rivals') }}
    where not coalesce(rivals.is_overruled, false)
),

-- a list and a step whose days overlap: does the list show what the step made?
overlapping as (
    select
        lists_seen.{{ member | join(', lists_seen.') }},
        lists_seen.evidence_number as list_number,
        steps.evidence_number as step_number,
        lists_seen.low as list_low,
        steps.low as step_low,
        steps.high as step_high,
        lists_seen.high as list_high,
        lists_seen.low <= steps.high as is_overlapping,
        case
            when lists_seen.standing = 'none' then steps.standing = 'none' or not list_contains(
                lists_seen.statuses_listed, if(steps.standing = 'reinstated', 'member', steps.standing)
            )
            when lists_seen.standing = 'member' then steps.standing in ('member', 'reinstated')
                or (steps.standing = 'suspended' and not list_contains(lists_seen.statuses_listed, 'suspended'))
            else steps.standing = lists_seen.standing
        end as is_shown
    from standing_evidence as lists_seen
    inner join standing_evidence as steps
        on {{ same_key(member, 'lists_seen', 'steps') }}
        and steps.low <= lists_seen.high
    where lists_seen.basis = 'list' and steps.basis = 'event' and steps.standing is not null and not steps.is_undated
),

-- a step that a list does not show comes after it, unless a later step undid it before the list
put_off as (
    select
        overlapping.{{ member | join(', overlapping.') }},
        overlapping.step_number as evidence_number,
        max(overlapping.list_low) as not_before
    from overlapping
    left join overlapping as undone
        on {{ same_key(member + ['list_number'], 'overlapping', 'undone') }}
        and undone.is_shown
        and undone.step_number <> overlapping.step_number
        and undone.step_high >= overlapping.step_low
    where overlapping.is_overlapping and not overlapping.is_shown and undone.list_number is null
    group by overlapping.{{ member | join(', overlapping.') }}, overlapping.step_number
),

last_presences as (
    select {{ member | join(', ') }}, max(low) as low
    from standing_evidence
    where basis = 'list' and standing <> 'none'
    group by {{ member | join(', ') }}
),

-- an undated step stands before the first dated one that naturally follows it; where dates overlap, so that their order
-- is unknown, the natural order decides
neighbours as (
    select
        one.{{ member | join(', one.') }},
        one.evidence_number,
        min(coalesce(other.at_earliest, other.at_latest)) filter (
            where other.natural_order > one.natural_order
            and (
                other.step <> 'not listed'
                or (one.standing = 'none' and other.low > coalesce(last_presences.low, date '0001-01-01'))
            )
        ) as follower_low,
        max(other.at_earliest) filter (
            where other.basis = 'event'
            and other.natural_order < one.natural_order
            and other.low <= one.high
            and other.high >= one.low
        ) as not_before
    from standing_evidence as one
    inner join standing_evidence as other on {{ same_key(member, 'one', 'other') }}
    left join last_presences on {{ same_key(member, 'one', 'last_presences') }}
    where one.basis = 'event' and one.evidence_number <> other.evidence_number
    group by one.{{ member | join(', one.') }}, one.evidence_number
),

placed_steps as (
    select
        steps.*,
        case
            when steps.is_undated then coalesce(neighbours.follower_low, date '9999-12-31')
            else greatest(coalesce(steps.at_earliest, steps.at_latest), neighbours.not_before, put_off.not_before)
        end as place
    from standing_evidence as steps
    left join neighbours on {{ same_key(member + ['evidence_number'], 'steps', 'neighbours') }}
    left join put_off on {{ same_key(member + ['evidence_number'], 'steps', 'put_off') }}
    where steps.basis = 'event'
),

placed_lists as (
    select
        lists_seen.*,
        greatest(coalesce(lists_seen.at_earliest, lists_seen.at_latest), shown_steps.place) as place,
        shown_steps.place is not null as is_after_step
    from standing_evidence as lists_seen
    left join (
        select overlapping.{{ member | join(', overlapping.') }}, overlapping.list_number, max(placed_steps.place) as place
        from overlapping
        inner join placed_steps
            on {{ same_key(member, 'overlapping', 'placed_steps') }} and overlapping.step_number = placed_steps.evidence_number
        where overlapping.is_overlapping and overlapping.is_shown
        group by overlapping.{{ member | join(', overlapping.') }}, overlapping.list_number
    ) as shown_steps
        on {{ same_key(member, 'lists_seen', 'shown_steps') }} and lists_seen.evidence_number = shown_steps.list_number
    where lists_seen.basis = 'list'
),

ordered as (
    select
        *,
        row_number() over (
            partition by {{ member | join(', ') }}
            order by
                place,
                case when is_undated then 1 when basis = 'list' and not is_after_step then 2 when basis = 'event' then 3 else 4 end,
                natural_order, at_latest, fact_id, evidence_number
        ) as position
    from (
        select * from placed_steps
        union all by name
        select * from placed_lists
    ) as placed
),

tracks as (
    select *, 'standing' as track, standing as claimed from ordered where standing is not null
    union all by name
    select *, 'candidacy' as track, candidacy as claimed from ordered where candidacy is not null
),

-- a list that tells no member from a suspended one takes a suspended one for a member
read as (
    select
        *,
        basis = 'list' and (step = 'not listed' or claimed = 'none' and track = 'standing') as is_absence,
        step = 'listed as member' and track = 'standing' and not list_contains(statuses_listed, 'suspended') as is_undistinguished
    from tracks
),

present_statuses as (
    select
        *,
        case
            when is_absence then null
            when claimed = 'reinstated' then coalesce(
                last_value(case when not is_absence and claimed in ('observer', 'associate', 'partner', 'member') then claimed end
                    ignore nulls) over steps, 'member'
            )
            when is_undistinguished and last_value(
                case when not is_absence and not is_undistinguished then claimed end ignore nulls
            ) over steps = 'suspended' then 'suspended'
            else claimed
        end as present_status,
        count(*) filter (where not is_absence) over steps as presence_number
    from read
    window steps as (
        partition by {{ track | join(', ') }} order by position rows between unbounded preceding and current row
    )
),

last_statuses as (
    select
        *,
        last_value(present_status ignore nulls) over (
            partition by {{ track | join(', ') }} order by position rows between unbounded preceding and current row
        ) as last_status
    from present_statuses
),

-- a list is silent on a status in which it lists nobody
folded as (
    select
        *,
        case
            when not is_absence then present_status
            when
                last_status is null
                or bool_or(is_absence and list_contains(statuses_listed, last_status)) over (
                    partition by {{ track | join(', ') }}, presence_number order by position
                ) then 'none'
            else last_status
        end as status_after
    from last_statuses
),

compared as (
    select
        *,
        lag(status_after) over steps as status_before,
        lag(step) over steps as step_before,
        lead(case when basis = 'list' then first_known end) over steps as next_listed,
        bool_or(step in ('applied', 'invited', 'listed as candidate')) over member_steps as has_candidacy,
        bool_or(standing <> 'none') over member_steps as has_standing
    from folded
    window
        steps as (partition by {{ track | join(', ') }} order by position),
        member_steps as (partition by {{ member | join(', ') }})
),

-- who is suspended, expelled or leaves was a member before, who is reinstated was suspended; who only applied takes the
-- application back
implied as (
    select
        * replace (
            'implied' as basis,
            position - 0.5 as position,
            if(step = 'reinstated', 'suspended', 'member') as status_after,
            cast(null as varchar) as at_edtf,
            false as has_conflict
        )
    from compared
    where
        track = 'standing'
        and step in ('suspended', 'reinstated', 'withdrew', 'expelled')
        and (status_before is null or (status_before = 'none' and step_before in ('not listed', step)))
        and (step <> 'withdrew' or has_standing or not has_candidacy)
),

all_steps as (
    select *, lag(status_after) over steps as known_before
    from (
        select * from compared
        union all by name
        select * from implied
    ) as together
    window steps as (partition by {{ track | join(', ') }} order by position)
),

changes as (
    select *, row_number() over (partition by {{ track | join(', ') }} order by position) as change_number
    from all_steps
    where status_after is distinct from known_before
),

-- the last that was known of the status before a change
priors as (
    select
        changes.{{ track | join(', changes.') }},
        changes.change_number,
        arg_max(earlier.last_known, earlier.position) as last_known,
        arg_max(earlier.described, earlier.position) as described,
        arg_max(earlier.basis, earlier.position) as basis
    from changes
    inner join all_steps as earlier
        on {{ same_key(track, 'changes', 'earlier') }}
        and earlier.position < changes.position
        and case
            when changes.known_before <> 'none' then not earlier.is_absence and earlier.status_after = changes.known_before
            when earlier.is_absence then list_contains(earlier.statuses_listed, changes.status_after)
            else earlier.basis = 'event' and earlier.status_after = 'none'
        end
    group by changes.{{ track | join(', changes.') }}, changes.change_number
),

-- a change that only lists show, or that is implied, came after the last that was known of the status before it
bounded as (
    select
        changes.*,
        ['observer', 'associate', 'partner', 'member', 'suspended'] as standings,
        changes.basis <> 'event' or changes.is_undated as is_bounded_by_others,
        case when changes.basis = 'event' then changes.next_listed else changes.first_known end as bound_latest,
        case when changes.basis <> 'event' or priors.basis = 'list' then priors.last_known + interval 1 day end as bound_after,
        case when bound_after > bound_latest then bound_latest else cast(bound_after as date) end as bound_earliest,
        case
            when changes.contradicted_by is not null then changes.contradicted_by
            -- nobody is known to have made less of it, or to have let it in again
            when
                changes.basis = 'list'
                and changes.status_after in ('observer', 'associate', 'partner')
                and list_position(standings, changes.known_before) > list_position(standings, changes.status_after)
                then priors.described
            when changes.basis = 'implied' and changes.step_before = 'not listed' and changes.presence_number > 1
                then priors.described
        end as change_contradicted_by
    from changes
    left join priors on {{ same_key(track + ['change_number'], 'changes', 'priors') }}
),

dated as (
    select
        bounded.* replace (
            case
                when is_bounded_by_others then {{ edtf_set('bound_earliest', 'bound_latest') }} else at_edtf
            end as at_edtf,
            case when is_bounded_by_others then bound_earliest else at_earliest end as at_earliest,
            case when is_bounded_by_others then bound_latest else at_latest end as at_latest
        ),
        states.is_known_today,
        not bounded.is_undated and bounded.low > coalesce(states.turned_until, date '0001-01-01') as is_announced
    from bounded
    inner join states on bounded.state_id = states.state_id
),

-- what stands between one change and the next bears witness to the same spell
witnesses as (
    select
        changes.{{ track | join(', changes.') }},
        changes.change_number,
        count(distinct all_steps.at_edtf) filter (where all_steps.basis = 'list' and not all_steps.is_absence) as listing_count,
        arg_max(all_steps.at_edtf, all_steps.position) filter (where all_steps.basis = 'list' and not all_steps.is_absence)
            as last_listed_edtf,
        coalesce(bool_or(all_steps.has_conflict or all_steps.is_disputed), false) as has_conflict
    from all_steps
    asof inner join changes
        on {{ same_key(track, 'all_steps', 'changes') }} and all_steps.position >= changes.position
    group by changes.{{ track | join(', changes.') }}, changes.change_number
),

spells as (
    select
        dated.*,
        {%- for column in [
            'basis', 'step', 'at_edtf', 'at_earliest', 'at_latest', 'fact_kind', 'fact_id', 'document_id', 'modality',
            'has_conflict', 'is_announced', 'change_contradicted_by'
        ] %}
        lead(dated.{{ column }}) over changes_in_order as ended_{{ column }},
        {%- endfor %}
        witnesses.listing_count,
        witnesses.last_listed_edtf,
        witnesses.has_conflict as has_conflicting_witness
    from dated
    inner join witnesses on {{ same_key(track + ['change_number'], 'dated', 'witnesses') }}
    window changes_in_order as (partition by dated.{{ track | join(', dated.') }} order by dated.change_number)
)

select
    {{ member | join(', ') }},
    is_known_today as is_current,
    member_code,
    member_reported,
    track,
    status_after as status,
    basis as began_basis,
    case basis when 'event' then step when 'list' then 'listed' end as began_event,
    at_edtf as began_edtf,
    at_earliest as began_earliest,
    at_latest as began_latest,
    ended_basis,
    case when ended_step like 'listed as %' then 'listed' else replace(ended_step, ' ', '_') end as ended_event,
    ended_at_edtf as ended_edtf,
    ended_at_earliest as ended_earliest,
    ended_at_latest as ended_latest,
    not is_announced and coalesce(ended_is_announced, true) as is_running,
    coalesce(ended_is_announced, false) as is_ending_announced,
    listing_count,
    last_listed_edtf,
    fact_kind,
    fact_id,
    ended_fact_kind,
    ended_fact_id,
    document_id,
    locator,
    modality,
    ended_document_id,
    ended_modality,
    claim_count,
    (
        has_conflicting_witness
        or coalesce(change_contradicted_by, ended_change_contradicted_by) is not null
        or coalesce(ended_has_conflict, false)
    ) as has_conflict,
    described || ': ' || coalesce(rival_reason, winning_reason) as winning_reason,
    change_contradicted_by as contradicted_by,
    evidence_class
from spells
where status_after <> 'none'
