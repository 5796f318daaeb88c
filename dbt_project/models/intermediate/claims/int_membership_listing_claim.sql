-- Grain: one row per accepted row that claims a member on a complete list.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_membership_lists') }}
),

identified as (
    select
        staged.*,
        coalesce(by_id.organization_id, by_name.organization_id, {{ slug('staged.organization_reported') }}) as organization_id,
        member_party.party_kind as member_kind,
        member_party.party_code as member_code
    from staged
    left join {{ ref('int_organization_name') }} as by_id on staged.organization_reported = by_id.text
    left join {{ ref('int_organization_name') }} as by_name
        on {{ normalised_name('staged.organization_reported') }} = by_name.text
    {{ join_party('membership_lists', 'member') }}
)

{% call claims(
    'identified', 'membership_lists', 'membership_listing',
    ['organization_id', 'valid_on_edtf', key_of_reported('member_code', 'member_reported')],
    [
        'organization_id', 'organization_reported', 'valid_on_edtf', 'member_code', 'member_reported',
        'status'
    ]
) %}
    organization_id,
    organization_reported,
    valid_on_edtf,
    valid_on_earliest,
    valid_on_latest,
    valid_on_precision,
    valid_on_is_approximate,
    valid_on_is_uncertain,
    member_kind,
    member_code,
    member_reported,
    status
{% endcall %}
