-- Grain: one row per state of knowledge, organisation and day of which a list of its members was held.
-- Who is not on a list was in none of the statuses that it lists, unless some of its names could not be resolved or
-- read: the one who is missing may stand behind such a name. Whether rows could be read is what is known of it today.
{{ config(meta={'keyed': {
    'key': ['state_id', 'organization_id', 'valid_on_edtf'], 'beside': {'int_delivery': ['delivery_id', 'received_at']},
}}) }}
with listings as (
    select * from {{ ref('int_membership_listing_as_known') }} where modality in ('asserted', 'inferred')
),

deliveries as (
    select delivery_id, received_at from {{ ref('int_delivery') }}
),

rejected as (
    select
        delivery_id,
        json_extract_string(key_values, '$.organization') as organization_reported,
        json_extract_string(key_values, '$.valid_on') as valid_on_edtf
    from {{ ref('stg_rejected_rows') }}
    where feed = 'membership_lists'
),

-- a list that was delivered again is what its last delivery made of it
last_deliveries as (
    select
        {{ normalised_name('staged.organization_reported') }} as organization_name,
        staged.valid_on_edtf,
        arg_max(staged.delivery_id, (deliveries.received_at, staged.delivery_id)) as delivery_id
    from {{ ref('stg_membership_lists') }} as staged
    inner join deliveries on staged.delivery_id = deliveries.delivery_id
    group by organization_name, staged.valid_on_edtf
),

unreadable as (
    select distinct last_deliveries.organization_name, last_deliveries.valid_on_edtf
    from last_deliveries
    inner join rejected on last_deliveries.delivery_id = rejected.delivery_id
    left join {{ ref('stg_edtf') }} as dates on rejected.valid_on_edtf = dates.edtf_text
    where
        coalesce({{ normalised_name('rejected.organization_reported') }} = last_deliveries.organization_name, true)
        and (dates.edtf_text is null or rejected.valid_on_edtf = last_deliveries.valid_on_edtf)
)

select
    listings.state_id,
    bool_and(listings.is_current) as is_current,
    listings.organization_id,
    listings.valid_on_edtf,
    any_value(listings.valid_on_earliest) as valid_on_earliest,
    any_value(listings.valid_on_latest) as valid_on_latest,
    any_value(listings.valid_on_precision) as valid_on_precision,
    list_sort(list(distinct coalesce(listings.status, 'member'))) as statuses_listed,
    -- every document that lists anybody on that day should list them all
    greatest(max(listings.claim_count), count(distinct listings.document_id)) as document_count,
    min(listings.document_id) as document_id,
    coalesce(bool_and(listings.member_kind in ('country', 'organization') and unreadable.valid_on_edtf is null), false)
        as is_complete
from listings
left join unreadable
    on {{ normalised_name('listings.organization_reported') }} = unreadable.organization_name
    and listings.valid_on_edtf = unreadable.valid_on_edtf
group by listings.state_id, listings.organization_id, listings.valid_on_edtf
