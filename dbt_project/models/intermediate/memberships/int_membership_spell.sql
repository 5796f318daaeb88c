-- Grain: one row per uninterrupted time in which somebody stood in one status to an organisation.
-- Two tracks run beside each other, so that an observer who applies stays an observer: candidacy (applicant, invited)
-- and standing (observer, partner, member, suspended). Only what is asserted or inferred moves them: a wish, a
-- hypothesis or a denial never makes a member.
with steps as (
    select
        fact_id,
        organization_id,
        member_kind,
        member_code,
        member_reported,
        -- two names that nobody could resolve must not become one member
        case
            when member_kind in ('country', 'organization') then member_code else {{ normalised_name('member_reported') }}
        end as member_identity,
        event,
        occurred_edtf,
        occurred_earliest,
        occurred_latest,
        case event
            when 'applied' then 1
            when 'invited' then 2
            when 'observer' then 3
            when 'partner' then 4
            when 'joined' then 5
            when 'suspended' then 6
            when 'reinstated' then 7
            when 'declined' then 8
            else 9
        end as natural_order
    from {{ ref('int_membership_event') }}
    where modality in ('asserted', 'inferred')
),

-- an undated step stands before the first dated step that naturally follows it; where dates overlap, so that their
-- order is unknown, the natural order decides
placed as (
    select
        steps.fact_id,
        coalesce(
            case
                when coalesce(steps.occurred_earliest, steps.occurred_latest) is null
                    then min(coalesce(others.occurred_earliest, others.occurred_latest))
                        filter (where others.natural_order > steps.natural_order)
                else greatest(
                    coalesce(steps.occurred_earliest, steps.occurred_latest),
                    max(others.occurred_earliest) filter (
                        where others.natural_order < steps.natural_order
                        and others.occurred_earliest <= coalesce(steps.occurred_latest, date '9999-12-31')
                        and coalesce(others.occurred_latest, date '9999-12-31')
                        >= coalesce(steps.occurred_earliest, steps.occurred_latest)
                    )
                )
            end,
            date '9999-12-31'
        ) as place
    from steps
    left join steps as others
        on steps.organization_id = others.organization_id
        and steps.member_kind = others.member_kind
        and steps.member_identity = others.member_identity
        and steps.fact_id <> others.fact_id
    group by
        steps.fact_id, steps.natural_order, steps.occurred_earliest, steps.occurred_latest
),

recorded as (
    select
        steps.*,
        placed.place,
        false as is_implied,
        bool_or(steps.event in ('applied', 'invited')) over member as has_candidacy,
        bool_or(steps.event in ('observer', 'partner', 'joined', 'suspended', 'reinstated')) over member as has_standing
    from steps
    inner join placed on steps.fact_id = placed.fact_id
    window member as (partition by steps.organization_id, steps.member_kind, steps.member_identity)
),

first_standing as (
    select *
    from recorded
    where event in ('observer', 'partner', 'joined', 'suspended', 'reinstated', 'expelled', 'withdrew')
    qualify row_number() over (
        partition by organization_id, member_kind, member_identity order by place, natural_order, occurred_latest, fact_id
    ) = 1
),

-- who is suspended, expelled or leaves was a member before, since an unknown day; who only applied withdraws the bid
implied as (
    select
        * replace (
            cast(null as varchar) as occurred_edtf,
            cast(null as date) as occurred_earliest,
            cast(null as date) as occurred_latest,
            'joined' as event,
            5 as natural_order,
            date '0001-01-01' as place,
            true as is_implied
        )
    from first_standing
    where event in ('suspended', 'reinstated', 'expelled')
        or (event = 'withdrew' and (has_standing or not has_candidacy))
),

all_steps as (
    select * from recorded
    union all by name
    select * from implied
),

candidacy as (
    select
        *,
        'candidacy' as track,
        case event when 'applied' then 'applicant' when 'invited' then 'invited' end as status
    from all_steps
    where event in ('applied', 'invited', 'joined', 'declined', 'withdrew', 'expelled') and not is_implied
),

standing as (
    select
        *,
        'standing' as track,
        case event
            when 'observer' then 'observer'
            when 'partner' then 'partner'
            when 'joined' then 'member'
            when 'suspended' then 'suspended'
            -- back to what was suspended
            when 'reinstated' then coalesce(
                last_value(
                    case event when 'observer' then 'observer' when 'partner' then 'partner' when 'joined' then 'member' end
                    ignore nulls
                ) over (
                    partition by organization_id, member_kind, member_identity
                    order by place, natural_order, occurred_latest, fact_id
                ),
                'member'
            )
        end as status
    from all_steps
    where event in ('observer', 'partner', 'joined', 'suspended', 'reinstated', 'expelled', 'withdrew')
),

tracks as (
    select * from candidacy
    union all by name
    select * from standing
),

changes as (
    select *
    from tracks
    qualify status is distinct from lag(status) over (
        partition by organization_id, member_kind, member_identity, track
        order by place, natural_order, occurred_latest, is_implied desc, fact_id
    )
),

spells as (
    select
        *,
        lead(fact_id) over track_order as ended_fact_id,
        lead(event) over track_order as ended_event,
        lead(occurred_edtf) over track_order as ended_edtf,
        lead(occurred_earliest) over track_order as ended_earliest,
        lead(occurred_latest) over track_order as ended_latest
    from changes
    window track_order as (
        partition by organization_id, member_kind, member_identity, track
        order by place, natural_order, occurred_latest, is_implied desc, fact_id
    )
)

select
    organization_id,
    member_kind,
    member_code,
    member_reported,
    track,
    status,
    case when not is_implied then event end as began_event,
    occurred_edtf as began_edtf,
    occurred_earliest as began_earliest,
    occurred_latest as began_latest,
    ended_event,
    ended_edtf,
    ended_earliest,
    ended_latest,
    ended_fact_id is null as is_current,
    fact_id,
    ended_fact_id
from spells
where status is not null
