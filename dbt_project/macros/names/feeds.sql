{#- Generated from the contracts by `make docs`; do not edit. A test compares it with the code. -#}
{% macro country_mentions() -%}
    {#- Where a country may be named: feed → columns. -#}
    {{ return({
        'organizations': ['country'],
        'people': ['represents'],
        'agreement_parties': ['party'],
        'agreement_events': ['party'],
        'meetings': ['country'],
        'meeting_participants': ['represents'],
        'trade_observations': ['reporter', 'partner', 'country_a', 'country_b'],
        'indicators': ['country_a', 'country_b'],
        'memberships': ['organization', 'member'],
        'membership_lists': ['organization', 'member'],
        'statements': ['on_behalf_of'],
        'projects': ['country'],
        'state_visits': ['from_country'],
        'gdelt_events': ['actor1_country', 'actor2_country', 'actor1_geo_country', 'actor2_geo_country', 'action_geo_country'],
        'state_travels': ['country', 'country_id'],
        'desta': ['party'],
    }) }}
{%- endmacro %}


{% macro claiming_feeds() -%}
    {#- Which source feeds claim in the shape of a native one: native feed → feeds. -#}
    {{ return({
        'exchange_rates': ['exchange_rates_monthly'],
    }) }}
{%- endmacro %}
