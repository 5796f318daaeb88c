-- Grain: one row per agreement or joint project, and dyad that it concerns; one row without a dyad where none is known.
-- Everything that is on its way or was: what is only proposed, planned or inferred stands beside what is in force, and
-- says so. Signatures that a machine read out of the news are no agreements here: `fct_reported_event` counts them.
{{ config(meta={'keyed': {
    'key': ['agreement_pipeline_key'], 'beside': {'dim_document': ['document_id', 'licence', 'redistributable']},
}}) }}
with bridge as (
    select fact_kind, fact_id, dyad_code, via
    from {{ ref('bridge_fact_dyad') }}
    where fact_kind in ('agreement', 'agreement_party', 'project_event')
),

agreement_facts as (
    select 'agreement' as fact_kind, fact_id, agreement_id from {{ ref('int_agreement') }}
    union all
    select 'agreement_party' as fact_kind, fact_id, agreement_id from {{ ref('int_agreement_party') }}
),

dyads as (
    select 'agreement' as item_kind, facts.agreement_id as item_id, bridge.dyad_code, min(bridge.via) as via
    from bridge
    inner join agreement_facts as facts on bridge.fact_kind = facts.fact_kind and bridge.fact_id = facts.fact_id
    group by facts.agreement_id, bridge.dyad_code

    union all

    select 'project' as item_kind, events.project_id as item_id, bridge.dyad_code, min(bridge.via) as via
    from bridge
    inner join {{ ref('int_project_event') }} as events
        on bridge.fact_kind = 'project_event' and bridge.fact_id = events.fact_id
    group by events.project_id, bridge.dyad_code
),

party_counts as (
    select
        agreement_id,
        count(*) filter (where signed_edtf is not null or status in ('signed', 'concluded')) as signed_party_count,
        count(*) filter (where status in ('ratified', 'provisionally_applied', 'in_force', 'suspended')) as bound_party_count,
        count(*) filter (where status in (
            'signature_withdrawn', 'withdrawn', 'denounced', 'terminated', 'expired', 'replaced'
        )) as ended_party_count
    from {{ ref('fct_agreement_party_lifecycle') }}
    where modality <> 'negated'
    group by agreement_id
),

agreements as (
    select
        'agreement' as item_kind,
        lives.agreement_id as item_id,
        lives.title,
        lives.instrument_type,
        coalesce(lives.is_binding, lives.binding_presumed) as is_binding_presumed,
        lives.status,
        lives.status_modality,
        lives.modality,
        lives.status_since_edtf,
        since.earliest as since_earliest,
        since.latest as since_latest,
        lives.status_as_of,
        lives.is_ending_announced,
        lives.party_count,
        lives.country_count,
        party_counts.signed_party_count,
        party_counts.bound_party_count,
        party_counts.ended_party_count,
        lives.fact_id,
        lives.document_id,
        lives.locator,
        lives.evidence_class,
        lives.has_conflict
    from {{ ref('fct_agreement_lifecycle') }} as lives
    left join {{ ref('stg_edtf') }} as since on lives.status_since_edtf = since.edtf_text
    left join party_counts on lives.agreement_id = party_counts.agreement_id
    where lives.evidence_class is distinct from 'machine_coded'
),

knowledge as (
    select known_until from {{ ref('int_known_day') }}
),

projects as (
    select
        'project' as item_kind,
        statuses.project_id as item_id,
        coalesce(statuses.name, statuses.project_id) as title,
        statuses.status,
        statuses.status_modality,
        statuses.status_modality as modality,
        statuses.status_since_edtf,
        statuses.status_since_earliest as since_earliest,
        statuses.status_since_latest as since_latest,
        knowledge.known_until as status_as_of,
        false as is_ending_announced,
        statuses.fact_id,
        statuses.document_id,
        statuses.locator,
        statuses.evidence_class,
        statuses.has_conflict
    from {{ ref('int_project_status') }} as statuses
    cross join knowledge
),

items as (
    select * from agreements
    union all by name
    select * from projects
),

stages as (
    select item_kind, status, stage, stage_order, phase from {{ ref('pipeline_stages') }}
)

select
    {{ surrogate_key(['items.item_kind', 'items.item_id', 'dyads.dyad_code']) }} as agreement_pipeline_key,
    dyads.dyad_code,
    items.item_kind,
    items.item_id,
    items.title,
    items.instrument_type,
    items.is_binding_presumed,
    stages.stage,
    stages.stage_order,
    stages.phase,
    items.status,
    items.modality,
    coalesce(items.status_modality, items.modality) as status_modality,
    coalesce(items.modality = 'asserted' and coalesce(items.status_modality, 'asserted') = 'asserted', false) as is_asserted,
    items.status_since_edtf,
    items.since_earliest as status_since_earliest,
    items.since_latest as status_since_latest,
    items.status_as_of,
    -- the least and the most that it can have stood there, on the last day on which anybody recorded anything
    cast(
        case when items.since_latest is not null then greatest(date_diff('day', items.since_latest, items.status_as_of), 0) end
        as double
    ) as age_days_lower,
    cast(
        case when items.since_earliest is not null then greatest(date_diff('day', items.since_earliest, items.status_as_of), 0) end
        as double
    ) as age_days_upper,
    items.is_ending_announced,
    cast(items.party_count as bigint) as party_count,
    cast(items.country_count as bigint) as country_count,
    cast(case when items.item_kind = 'agreement' then coalesce(items.signed_party_count, 0) end as bigint) as signed_party_count,
    cast(case when items.item_kind = 'agreement' then coalesce(items.bound_party_count, 0) end as bigint) as bound_party_count,
    cast(case when items.item_kind = 'agreement' then coalesce(items.ended_party_count, 0) end as bigint) as ended_party_count,
    dyads.via,
    cast(1 as bigint) as item_count,
    items.fact_id,
    items.document_id,
    items.locator,
    items.evidence_class,
    items.has_conflict,
    documents.licence,
    documents.redistributable
from items
inner join stages on items.item_kind = stages.item_kind and items.status = stages.status
left join dyads on items.item_kind = dyads.item_kind and items.item_id = dyads.item_id
left join {{ ref('dim_document') }} as documents on items.document_id = documents.document_id
order by dyads.dyad_code, stages.stage_order, items.item_kind, items.item_id
