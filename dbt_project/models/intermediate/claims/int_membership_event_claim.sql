-- Grain: one row per accepted row that claims a step in a membership.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_memberships') }}
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
    {{ join_party('memberships', 'member') }}
),

{{ dated_steps('identified', ['organization_id', key_of_reported('member_code', 'member_reported'), 'event']) }}

{% call claims(
    'dated', 'memberships', 'membership',
    ['organization_id', key_of_reported('member_code', 'member_reported'), 'event', 'occurrence'],
    [
        'organization_id', 'organization_reported', 'member_code', 'member_reported', 'event',
        'occurred_edtf'
    ]
) %}
    organization_id,
    organization_reported,
    member_kind,
    member_code,
    member_reported,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    occurred_is_approximate,
    occurred_is_uncertain
{% endcall %}
