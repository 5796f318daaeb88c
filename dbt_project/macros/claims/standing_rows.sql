{% macro standing_rows(feed, key, relation=none) -%}
    {#-
        The rows of a feed that identity is decided on: of the latest delivery where a delivery is complete, and not
        taken back. Identity comes before claims, so it cannot wait for their versions; the rule is the same.
    -#}
    select staged.*
    from {{ ref(relation or 'stg_' ~ feed) }} as staged
    inner join {{ ref('int_delivery') }} as deliveries on staged.delivery_id = deliveries.delivery_id
    where
        not staged.is_retraction
        and (deliveries.mode in ('append', 'extract') or deliveries.is_latest)
        and not exists (
            select 1
            from {{ ref(relation or 'stg_' ~ feed) }} as notices
            inner join {{ ref('int_delivery') }} as noted on notices.delivery_id = noted.delivery_id
            where
                notices.is_retraction
                and notices.document_id = staged.document_id
                {%- for column in key %}
                and notices.{{ column }} = staged.{{ column }}
                {%- endfor %}
                and (coalesce(notices.recorded_at, noted.received_at), noted.received_at, notices.row_number)
                > (coalesce(staged.recorded_at, deliveries.received_at), deliveries.received_at, staged.row_number)
        )
{%- endmacro %}
