{% macro published_table(model) -%}
    {#- Without the database: the published file is opened under any name. -#}
    {{ ref(model).include(database=false) }}
{%- endmacro %}


{% macro asked_clock() -%}
    case
        when basis in ('published', 'recorded') then basis
        else error('The basis is ''published'' or ''recorded'', not ''' || basis || '''.')
    end
{%- endmacro %}


{% macro as_known_on(model, replace=none, rename=none) -%}
    {#- The version of each row that held at the last moment of the parameter `day`, on the clock `basis`. -#}
    select * exclude (clock, known_from, known_to, is_current){{ ' replace (' ~ replace ~ ')' if replace }}{{ ' rename (' ~ rename ~ ')' if rename }}
    from {{ published_table(model) }} as versions
    where
        versions.clock = {{ asked_clock() }}
        and versions.known_from < cast(day as date) + interval 1 day
        and versions.known_to >= cast(day as date) + interval 1 day
{%- endmacro %}
