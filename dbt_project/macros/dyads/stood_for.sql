{% macro stood_for(organization_country, earliest, latest) -%}
    {#- Whether an organisation can have stood for the country at the time of a fact: unless that is impossible, it did.
        A fact without a date concerns today's members. -#}
    case
        when {{ earliest }} is null and {{ latest }} is null then {{ organization_country }}.is_current
        else coalesce({{ organization_country }}.began_earliest <= coalesce({{ latest }}, date '9999-12-31'), true)
            and coalesce({{ organization_country }}.ended_latest > coalesce({{ earliest }}, date '0001-01-01'), true)
    end
{%- endmacro %}


{% macro closest_presence(keys) -%}
    {#- Keeps one row per key and country: present itself, else through an organisation of its own, else through a
        bloc; the smallest id where several would do. -#}
    qualify row_number() over (
        partition by {{ keys | join(', ') }}, country_code
        order by via is not null, relation = 'member', via
    ) = 1
{%- endmacro %}
