-- Grain: one row per classification and year of which a whole release of BACI is there: its sums are complete.
select distinct
    coalesce(classifications.classification, slices.classification_code) as classification,
    make_date(slices.year, 1, 1) as period_earliest
from {{ ref('int_baci_slice') }} as slices
left join {{ ref('trade_classifications') }} as classifications on slices.classification_code = classifications.code
where not slices.is_extract
