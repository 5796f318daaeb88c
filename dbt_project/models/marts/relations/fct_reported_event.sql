-- Grain: one row per machine-coded event between two countries, of one class, on one day.
-- Without rows until a machine-coded feed is taken in: the table is here so that dashboards can be built on it.
select
    cast(null as varchar) as fact_id,
    cast(null as varchar) as dyad_code,
    cast(null as varchar) as source_code,
    cast(null as varchar) as target_code,
    cast(null as varchar) as event_class,
    cast(null as date) as occurred_on,
    cast(null as bigint) as mention_count,
    cast(null as varchar) as document_id,
    cast(null as varchar) as modality,
    cast(null as bigint) as claim_count,
    cast(null as boolean) as has_conflict,
    cast(null as varchar) as evidence_class
where false
