-- Grain: one row per accepted row that decides whether two ids are one, with the times during which it stood.
-- Like the versions of claims, which come later: identity decides whose claims they are. A decision is published on the day
-- on which it was made, and recorded when it was received; a notice without a document takes back what had none.
{% set forever = "timestamp '9999-12-31'" %}
with deliveries as (
    select
        *,
        mode not in ('append', 'extract') as is_replaced,
        lead(as_of) over datasets as next_as_of,
        min(if(was_current, received_at, null)) over (
            partition by feed, dataset_key order by delivery_number
            rows between 1 following and unbounded following
        ) as next_received_at
    from {{ ref('int_delivery') }}
    window datasets as (partition by feed, dataset_key order by delivery_number)
),

told as (
    select
        staged.*,
        deliveries.as_of,
        deliveries.received_at,
        deliveries.is_replaced,
        deliveries.was_current,
        deliveries.delivery_number,
        deliveries.next_as_of,
        deliveries.next_received_at,
        deliveries.feed || '/' || deliveries.dataset_key as dataset,
        coalesce(staged.recorded_at, deliveries.received_at) as told_at
    from {{ ref('stg_decisions') }} as staged
    inner join deliveries on staged.delivery_id = deliveries.delivery_id
),

said as (
    select
        *,
        -- what a later version of a dossier repeats goes on
        row_number() over (
            partition by dataset, kind, id_a, id_b, same, decided_at order by delivery_number, row_number
        ) > 1 as is_repeated
    from told
    where not is_retraction
),

taken_back as (
    select
        said.delivery_id,
        said.file_sha256,
        said.row_number,
        max(notices.told_at) filter (where not is_later) as taken_back_at,
        min(notices.told_at) filter (where is_later) as ended_at
    from (
        select
            said.*,
            notices,
            (notices.told_at, notices.received_at, notices.row_number) > (said.told_at, said.received_at, said.row_number) as is_later
        from said
        inner join told as notices
            on notices.is_retraction
            and said.kind = notices.kind
            and said.id_a = notices.id_a
            and said.id_b = notices.id_b
            and said.document_id is not distinct from notices.document_id
    ) as said
    group by said.delivery_id, said.file_sha256, said.row_number
),

dated as (
    select
        said.*,
        taken_back.ended_at,
        case
            when said.is_replaced and said.is_repeated then greatest(said.decided_at, said.as_of)
            -- what was said again after it was taken back holds from then on
            when taken_back.taken_back_at is not null then greatest(said.decided_at, said.told_at)
            else said.decided_at
        end as published_from,
        least(
            if(said.is_replaced, said.next_as_of, null),
            taken_back.ended_at,
            {{ forever }}
        ) as published_end,
        if(said.is_replaced and said.delivery_number > 1, said.received_at, said.told_at) as recorded_from,
        least(
            if(said.is_replaced, said.next_received_at, null),
            taken_back.ended_at,
            {{ forever }}
        ) as recorded_end
    from said
    left join taken_back
        on said.delivery_id = taken_back.delivery_id
        and said.file_sha256 = taken_back.file_sha256
        and said.row_number = taken_back.row_number
)

select
    kind,
    least(id_a, id_b) as id_a,
    greatest(id_a, id_b) as id_b,
    same as is_same,
    cast(decided_at as timestamp) as decided_at,
    reason,
    document_id,
    published_from,
    greatest(published_end, published_from) as published_to,
    recorded_from,
    case
        -- a version of a dossier that came after a later one was never the current one
        when is_replaced and not was_current then recorded_from
        else greatest(recorded_end, recorded_from)
    end as recorded_to,
    recorded_end = {{ forever }} and (was_current or not is_replaced) as is_current,
    delivery_id,
    file_sha256,
    row_number
from dated
where id_a <> id_b
