-- Grain: one row per accepted row of any feed that claims an agreement, under the id that the row gives it.
-- What identity is decided on. A feed that records agreements in another shape is added here, and matched like all others.
{% set by = deliveries_in_shape_of('agreements', ['int_desta_entry']) -%}
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': by, 'beside': named_beside()}}) }}
{{ rows_in_shape_of('agreements') }}
union all by name
select
    'desta' as feed,
    agreement_id,
    name as title,
    case entry_type
        when 'base_treaty' then 'preferential_trade_agreement'
        when 'negotiation' then 'preferential_trade_agreement'
        when 'accession' then 'treaty'
        when 'protocol or amendment' then 'protocol'
    end as instrument_type,
    if(agreement_id <> base_agreement_id, base_agreement_id, null) as parent_agreement_id,
    case
        when is_accession then 'accedes_to'
        when entry_type = 'protocol or amendment' and agreement_id <> base_agreement_id then 'amends'
    end as parent_relation,
    {{ claimed_columns() }}
from {{ ref('int_desta_entry') }}
where is_agreement
