-- Grain: one row per version of a figure of Comtrade: what a country reports of one flow, over all replies and files.
-- Slices with one release and no key twice need no windows. No row follows from one of another slice.
{{ config(meta={'keyed': {
    'key': ['type_code', 'frequency_code', 'period', 'reporter_code', 'classification_code'],
    'by': {
        'landing.comtrade': ['typecode', 'freqcode', 'period', 'reportercode', 'classificationcode'],
        'int_comtrade_slice': ['type_code', 'frequency_code', 'period', 'reporter_code', 'classification_code'],
        'int_comtrade_rejected_row': ['type_code', 'frequency_code', 'period', 'reporter_code', 'classification_code']
    }
}}) }}
{% set slice = ['type_code', 'frequency_code', 'period', 'reporter_code', 'classification_code'] %}
{% set keys = slice + [
    'flow_code', 'partner_code', 'partner2_code', 'commodity_code', 'customs_code', 'supply_code', 'transport_code'
] %}
{% set contents = [
    'primary_value_usd', 'cif_value_usd', 'fob_value_usd', 'quantity', 'quantity_unit_code', 'quantity_unit_reported',
    'is_quantity_estimated', 'net_weight_kg', 'is_net_weight_estimated', 'gross_weight_kg', 'is_gross_weight_estimated',
    'legacy_estimation_flag', 'is_reported', 'is_aggregate', 'commodity_level'
] %}
with slices as (
    select * from {{ ref('int_comtrade_slice') }}
),

landed as (
    select * from {{ ref('stg_comtrade') }}
),

with_twins as (
    select distinct delivery_id, {{ slice | join(', ') }}
    from (
        select delivery_id, {{ keys | join(', ') }}
        from landed
        group by all
        having count(*) > 1
    ) as repeated
),

single as (
    select * from slices anti join with_twins using (delivery_id, {{ slice | join(', ') }}) where release_count = 1
),

several as (
    select * from slices anti join single using (delivery_id, {{ slice | join(', ') }})
),

rejected as (
    select * from {{ ref('int_comtrade_rejected_row') }}
),

observed as (
    select
        landed.*,
        false as is_unreadable,
        row_number() over (
            partition by landed.delivery_id, {{ 'landed.' ~ (keys | join(', landed.')) }}
            order by landed.file_sha256, landed.row_number
        ) as twin_number
    from landed
    semi join several using (delivery_id, {{ slice | join(', ') }})

    union all by name

    select *, true as is_unreadable, 1 as twin_number
    from rejected
    anti join landed using (delivery_id, {{ keys | join(', ') }})
),

placed as (
    select
        observed.*,
        slices.release_number,
        slices.as_of,
        slices.received_at,
        slices.vintage,
        slices.closing_number,
        slices.closing_as_of,
        slices.closing_received_at
    from observed
    inner join several as slices using (delivery_id, {{ slice | join(', ') }})
),

-- replies to a query close what they were asked for and lack
queries as (
    select * from slices where is_query
),

closed_by_query as (
    select
        placed.delivery_id,
        placed.file_sha256,
        placed.row_number,
        min(queries.release_number) as closing_number,
        min(queries.as_of) as closing_as_of,
        min(queries.received_at) as closing_received_at
    from placed
    inner join queries
        on placed.release_number < queries.release_number
        {%- for column in slice %}
        and placed.{{ column }} = queries.{{ column }}
        {%- endfor %}
        and {{ is_asked_for('queries.partner_codes', 'placed.partner_code') }}
        and {{ is_asked_for('queries.partner2_codes', 'placed.partner2_code') }}
        and {{ is_asked_for('queries.flow_codes', 'placed.flow_code') }}
        and {{ is_asked_for('queries.customs_codes', 'placed.customs_code') }}
        and {{ is_asked_for('queries.transport_codes', 'placed.transport_code') }}
        and (
            {{ is_asked_for('queries.commodity_codes', 'placed.commodity_code') }}
            -- `AG2` asks for all codes of two digits
            or list_contains(queries.commodity_codes, 'AG' || placed.commodity_level)
        )
    group by placed.delivery_id, placed.file_sha256, placed.row_number
),

released as (
    select placed.* replace (
        least(placed.closing_number, closed.closing_number) as closing_number,
        least(placed.closing_as_of, closed.closing_as_of) as closing_as_of,
        least(placed.closing_received_at, closed.closing_received_at) as closing_received_at
    )
    from placed
    left join closed_by_query as closed
        on placed.delivery_id = closed.delivery_id
        and placed.file_sha256 = closed.file_sha256
        and placed.row_number = closed.row_number
),

{{ statistic_versions('released', keys, contents) }},

unrevised as (
    select
        {%- for column in keys + contents + ['delivery_id', 'row_number'] %}
        landed.{{ column }},
        {%- endfor %}
        1 as twin_number,
        slices.vintage,
        slices.vintage as first_vintage,
        slices.as_of as published_from,
        timestamp '9999-12-31' as published_to,
        slices.received_at as recorded_from,
        timestamp '9999-12-31' as recorded_to,
        true as is_current
    from landed
    inner join single as slices
        on landed.delivery_id = slices.delivery_id
        {%- for column in slice %}
        and landed.{{ column }} = slices.{{ column }}
        {%- endfor %}
)

select * from unrevised
union all by name
select * from versions
