-- Grain: one row per version of a claim behind what is asked for, with who says so, where, and why it won or did not.
{{ config(materialized='table_function', parameters=['kind', 'id']) }}
with recorded as (
    select
        claims.fact_kind,
        claims.fact_id,
        claims.is_winner,
        claims.reason,
        claims.document_id,
        documents.title as document_title,
        documents.publisher as document_publisher,
        documents.kind as document_kind,
        documents.published_edtf as document_published_edtf,
        documents.url as document_url,
        claims.locator,
        claims.modality,
        claims.attributed_to,
        claims.confidence,
        claims.attributes,
        claims.is_current,
        claims.is_retraction,
        claims.published_from,
        claims.published_to,
        claims.recorded_from,
        claims.recorded_to,
        claims.feed,
        claims.delivery_id,
        claims.file_sha256,
        claims.row_number,
        claims.claim_id,
        claims.claim_rank
    from {{ published_table('explained_fact') }} as explained
    inner join {{ published_table('claims') }} as claims
        on explained.fact_kind = claims.fact_kind and explained.fact_id = claims.fact_id
    left join {{ published_table('dim_document') }} as documents on claims.document_id = documents.document_id
    -- the parameters have the names of the columns: those of the table are qualified
    where explained.kind = kind and explained.id = id
),

-- every row of a machine-coded source says the same of its event, each from an article of its own
coded as (
    select
        'reported_event' as fact_kind,
        articles.fact_id,
        'coded by a machine from one article' as reason,
        articles.source_url as document_url,
        articles.global_event_id as locator,
        'asserted' as modality,
        cast(to_json(struct_pack(
            event_class := articles.event_class,
            occurred_on := articles.occurred_on,
            source_code := articles.source_code,
            target_code := articles.target_code,
            is_relative_date_artefact := articles.is_relative_date_artefact,
            num_mentions := articles.num_mentions,
            num_articles := articles.num_articles,
            avg_tone := articles.avg_tone,
            goldstein_scale := articles.goldstein_scale
        )) as varchar) as attributes,
        true as is_current,
        false as is_retraction,
        articles.added_at as published_from,
        articles.recorded_from,
        'gdelt_events' as feed,
        articles.delivery_id,
        articles.file_sha256,
        articles.row_number
    from {{ published_table('reported_event_claim') }} as articles
    where kind = 'reported_event' and articles.fact_id = id
),

-- a published figure is its own claim: what says so is the row of the delivery, kept once
files as (
    select delivery_id, if(count(*) = 1, min(sha256), null) as file_sha256
    from {{ published_table('files') }}
    group by delivery_id
),

published as (
    select
        'trade' as fact_kind,
        figures.fact_id,
        figures.is_current as is_winner,
        if(figures.is_current, figures.winning_reason, 'no longer said: superseded or withdrawn') as reason,
        figures.document_id,
        documents.title as document_title,
        documents.publisher as document_publisher,
        documents.kind as document_kind,
        documents.published_edtf as document_published_edtf,
        documents.url as document_url,
        'release ' || figures.vintage || ', row ' || figures.row_number as locator,
        figures.modality,
        cast(to_json(struct_pack(
            reporter_code := figures.reporter_code,
            country_a_code := figures.country_a_code,
            country_b_code := figures.country_b_code,
            direction := figures.direction,
            commodity_code := figures.commodity_code,
            classification := figures.classification,
            period_edtf := figures.period_edtf,
            value := figures.value,
            currency := figures.currency,
            basis := figures.basis,
            weight_kg := figures.weight_kg,
            quantity := figures.quantity,
            quantity_unit := figures.quantity_unit,
            is_aggregate := figures.is_aggregate,
            is_estimated := figures.is_estimated,
            first_vintage := figures.first_vintage,
            vintage := figures.vintage
        )) as varchar) as attributes,
        figures.is_current,
        false as is_retraction,
        figures.published_from,
        figures.published_to,
        figures.recorded_from,
        figures.recorded_to,
        figures.source as feed,
        figures.delivery_id,
        files.file_sha256,
        figures.row_number
    from {{ published_table('trade_flow_version') }} as figures
    left join files on figures.delivery_id = files.delivery_id
    left join {{ published_table('dim_document') }} as documents on figures.document_id = documents.document_id
    where kind = 'trade' and figures.fact_id = id and figures.source <> 'trade_observations'
),

answers as (
    select * from recorded
    union all by name
    select * from coded
    union all by name
    select * from published
)

select * exclude (claim_rank)
from answers
order by fact_kind, fact_id, is_current desc, claim_rank, recorded_from desc, locator
