-- Grain: one row per accepted stay in a delivery of `raw/state_travels`, with the id of its meeting.
-- The source's id is the key only where it carries one stay: ids that stand twice in a delivery, or carry another stay in
-- another delivery, are told apart by date and traveller, and flagged. Early copies gave many ids away, often to the
-- next stay of the same journey.
{{ config(meta={'keyed': {
    'key': ['delivery_id', 'file_sha256', 'row_number'],
    'beside': dict(named_beside(), int_delivery=['delivery_id', 'delivery_number']),
}}) }}
with stays as (
    select
        staged.*,
        deliveries.delivery_number,
        coalesce(staged.country_id_reported, staged.country_reported) as destination
    from {{ ref('stg_state_travels') }} as staged
    inner join {{ ref('int_delivery') }} as deliveries on staged.delivery_id = deliveries.delivery_id
),

reassigned_ids as (
    {{ reassigned_ids('stays', 'trip_number', ['role', 'started_edtf', 'destination'], most_corrected=1) }}
),

keyed as (
    select
        stays.*,
        stays.trip_number is null or reassigned_ids.trip_number is not null as is_id_ambiguous,
        row_number() over (
            partition by stays.delivery_id, stays.trip_number, stays.started_edtf, stays.traveller_id
            order by stays.content_hash, stays.file_sha256, stays.row_number
        ) as twin_number
    from stays
    left join reassigned_ids on stays.trip_number = reassigned_ids.trip_number
)

select
    keyed.* exclude (twin_number, delivery_number, destination, content_hash),
    'us-state-travel'
    || coalesce('-' || {{ slug('keyed.trip_number') }}, '')
    || case
        when keyed.is_id_ambiguous then '-' || keyed.started_edtf || '-' || {{ slug('keyed.traveller_id') }} else ''
    end
    || case when keyed.twin_number > 1 then '-' || keyed.twin_number else '' end as meeting_id,
    case
        when contains(lower(keyed.description), 'as president-elect') then 'President-elect'
        when keyed.role = 'president' then 'President'
        when keyed.role = 'secretary' then 'Secretary of State'
        else keyed.role
    end as office,
    -- "Denmark (Greenland)" stands under the id of Denmark
    case
        when {{ is_known_country('country_country.country_code') }} then country_country.country_code
        when {{ is_known_country('country_id_country.country_code') }} then country_id_country.country_code
        else coalesce(country_country.country_code, 'unknown')
    end as country_code
from keyed
{{ join_country('state_travels', 'country', 'keyed') }}
{{ join_country('state_travels', 'country_id', 'keyed') }}
