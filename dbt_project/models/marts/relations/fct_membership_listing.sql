-- Grain: one row per member on a list of one organisation on a day.
with listings as (
    select * from {{ ref('int_membership_listing') }}
),

lists as (
    select organization_id, valid_on_edtf, is_complete from {{ ref('int_membership_list') }}
)

select
    listings.fact_id,
    listings.organization_id,
    listings.organization_reported,
    listings.valid_on_edtf,
    listings.valid_on_earliest,
    listings.valid_on_latest,
    listings.valid_on_precision,
    listings.member_kind,
    listings.member_code,
    listings.member_reported,
    coalesce(listings.status, 'member') as status,
    coalesce(lists.is_complete, false) as is_list_complete,
    listings.document_id,
    listings.locator,
    listings.modality,
    listings.attributed_to,
    listings.claim_count,
    listings.has_conflict,
    listings.winning_claim_id,
    listings.winning_reason,
    listings.evidence_class
from listings
left join lists on listings.organization_id = lists.organization_id and listings.valid_on_edtf = lists.valid_on_edtf
order by listings.organization_id, listings.valid_on_earliest, listings.member_code
