-- Grain: one row per release of Comtrade and slice that it holds or answers for: reporter, period and classification.
-- A whole file answers for the slices that it holds; a reply to a stated query, for every known slice within the query,
-- limited to the partners, flows and commodities that were asked for.
{% set slice = ['type_code', 'frequency_code', 'period', 'reporter_code', 'classification_code'] %}
with releases as (
    select * from {{ ref('int_trade_release') }} where feed = 'comtrade'
),

held as (
    select distinct delivery_id, {{ slice | join(', ') }} from {{ ref('int_comtrade_dyad') }}
),

known as (
    select distinct {{ slice | join(', ') }} from held
),

queries as (
    select
        *,
        {%- for field, column in {
            'typeCode': 'type_codes', 'freqCode': 'frequency_codes', 'clCode': 'classification_codes',
            'reporterCode': 'reporter_codes', 'period': 'periods', 'partnerCode': 'partner_codes',
            'partner2Code': 'partner2_codes', 'flowCode': 'flow_codes', 'cmdCode': 'commodity_codes',
            'customsCode': 'customs_codes', 'motCode': 'transport_codes'
        }.items() %}
        {{ asked_for('query', field) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from releases
    where is_whole and query is not null
),

-- `HS` asks for whatever revision a country reported in
answered as (
    select known.*, queries.*
    from queries
    inner join known
        on {{ is_asked_for('queries.type_codes', 'known.type_code') }}
        and {{ is_asked_for('queries.frequency_codes', 'known.frequency_code') }}
        and {{ is_asked_for('queries.reporter_codes', 'known.reporter_code') }}
        and {{ is_asked_for('queries.periods', 'known.period') }}
        and (
            {{ is_asked_for('queries.classification_codes', 'known.classification_code') }}
            or (list_contains(queries.classification_codes, 'HS') and known.classification_code like 'H%')
            or (list_contains(queries.classification_codes, 'SS') and known.classification_code like 'S%')
        )
),

slices as (
    select delivery_id, {{ slice | join(', ') }} from held
    union
    select delivery_id, {{ slice | join(', ') }} from answered
)

select
    slices.*,
    releases.release_number,
    releases.as_of,
    releases.received_at,
    releases.vintage,
    releases.is_extract,
    releases.is_whole,
    answered.delivery_id is not null as is_query,
    answered.partner_codes,
    answered.partner2_codes,
    answered.flow_codes,
    answered.commodity_codes,
    answered.customs_codes,
    answered.transport_codes,
    count(*) over (partition by slices.{{ slice | join(", slices.") }}) as release_count,
    min(releases.release_number) filter (where releases.is_whole and releases.query is null) over later as closing_number,
    min(releases.as_of) filter (where releases.is_whole and releases.query is null) over later as closing_as_of,
    min(releases.received_at) filter (where releases.is_whole and releases.query is null) over later as closing_received_at
from slices
inner join releases on slices.delivery_id = releases.delivery_id
left join answered
    on slices.delivery_id = answered.delivery_id
    {%- for column in slice %}
    and slices.{{ column }} = answered.{{ column }}
    {%- endfor %}
window later as (
    partition by slices.{{ slice | join(", slices.") }} order by releases.release_number
    rows between 1 following and unbounded following
)
