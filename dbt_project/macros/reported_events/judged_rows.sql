{% macro judged_rows() -%}
    {#- The rows of `gdelt_events`, with what decides whether they become part of an event. -#}
    select
        *,
        coalesce({{ dyad_code('actor1_code', 'actor2_code') }} is not null, false) as is_between_countries,
        is_between_countries and is_cooperation and has_a_day as is_reduced
    from (
        select
            staged.delivery_id,
            staged.event_root_code in ('03', '04', '05', '06') as is_cooperation,
            staged.occurred_on is not null and staged.added_at is not null as has_a_day,
            staged.is_relative_date_artefact,
            staged.source_url,
            actor1_country_country.country_code as actor1_code,
            actor2_country_country.country_code as actor2_code
        from {{ ref('stg_gdelt_events') }} as staged
        {{ join_country('gdelt_events', 'actor1_country', countries='int_reported_event_country') }}
        {{ join_country('gdelt_events', 'actor2_country', countries='int_reported_event_country') }}
    ) as reported
{%- endmacro %}
