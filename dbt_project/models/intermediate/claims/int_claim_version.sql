-- Grain: one row per version of a claim, with when it was asserted, when it was known, and what it weighs.
-- A claim that decisions on identity made another fact's is a claim of each of them, in the eras in which it was
-- (`identity_eras`; null where it is one at all times).
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {
        'int_claim_version_appended': ['fact_kind', 'fact_id'],
        'int_claim_version_snapshot': ['fact_kind', 'fact_id'],
        'int_claim_row': ['fact_kind', 'fact_id'],
    },
    'through': {'int_document_reference': {
        'int_claim_version_appended': {'document_id': 'document_id'},
        'int_claim_version_snapshot': {'document_id': 'document_id'},
    }},
}}) }}
{% set attributes = [
    'feed', 'locator', 'modality', 'attributed_to', 'confidence', 'delivery_id', 'file_sha256', 'row_number',
    'content_hash', 'attributes'
] %}
{% set version = [
    'fact_kind', 'fact_id', 'document_id', 'dataset', 'row_id', 'is_retraction', 'published_from', 'published_to',
    'recorded_from', 'recorded_as_of', 'recorded_to'
] %}
with streams as (
    select * from {{ ref('int_claim_version_appended') }}
    union all by name
    select * from {{ ref('int_claim_version_snapshot') }}
),

said as (
    select
        streams.*,
        {%- for column in attributes %}
        claim_rows.{{ column }},
        {%- endfor %}
        claim_rows.identity_era
    from streams
    inner join {{ ref('int_claim_row') }} as claim_rows
        on streams.row_id = claim_rows.row_id
        and streams.fact_kind = claim_rows.fact_kind
        and streams.fact_id = claim_rows.fact_id
        and streams.era_key = claim_rows.era_key
),

placed as (
    select
        *,
        {%- for clock in ['published', 'recorded'] %}
        greatest({{ clock }}_from, identity_era.{{ clock }}_from) < least({{ clock }}_to, identity_era.{{ clock }}_to)
            as is_{{ clock }}_in_era,
        {%- endfor %}
        era_key = '' as is_of_today
    from said
),

-- what says the same in several eras is one claim in all of them
versions as (
    select
        {{ version | join(', ') }}, {{ attributes | join(', ') }}, era_key, is_current, identity_eras, true as is_of_today,
        true as is_published_claim
    from (select *, null as identity_eras from placed where identity_era is null) as unmoved
    union all by name
    select
        {{ version | join(', ') }},
        {{ attributes | join(', ') }},
        min(era_key) as era_key,
        bool_or(is_current and is_of_today) as is_current,
        list(identity_era order by identity_era) as identity_eras,
        bool_or(is_of_today) as is_of_today,
        bool_or(is_of_today or is_published_in_era) as is_published_claim
    from placed
    where
        identity_era is not null
        -- a claim of an era that was over before it was made, or began when it was gone, was none of its fact
        and (is_of_today or (not is_retraction and (is_published_in_era or is_recorded_in_era)))
    group by {{ version | join(', ') }}, {{ attributes | join(', ') }}
)

select
    versions.*,
    -- not of when it was received: the same claim has one id in every archive
    row_number() over (
        partition by
            versions.fact_kind, versions.fact_id, versions.document_id, versions.dataset, versions.content_hash,
            versions.is_retraction, versions.published_from
        order by
            versions.is_of_today desc, versions.is_published_claim desc, versions.era_key, versions.recorded_from, versions.row_id
    ) as occurrence,
    {{ surrogate_key([
        'versions.fact_kind', 'versions.fact_id', 'versions.document_id', 'versions.dataset', 'versions.content_hash',
        'versions.is_retraction', 'versions.published_from', 'occurrence'
    ]) }} as claim_id,
    coalesce(feeds.evidence_class, 'curated') as evidence_class,
    coalesce(documents.kind_rank, 99) as kind_rank,
    documents.kind as document_kind,
    coalesce(documents.root_document_id, versions.document_id) as root_document_id,
    coalesce(modalities.rank, 99) as modality_rank
from versions
left join {{ ref('int_document_reference') }} as documents on versions.document_id = documents.document_id
left join {{ ref('modalities') }} as modalities on versions.modality = modalities.modality
left join {{ ref('evidence_classes') }} as feeds on versions.feed = feeds.feed
