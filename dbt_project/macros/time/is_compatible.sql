{#- Whether two claims about the same date can both be right: the text 'true', 'false' or 'possible'.

    A date is one day, not known more closely, from its earliest to its latest day; a null bound is open. The answer is
    'true' where one claim refines the other (all its days satisfy the other), 'false' where no day satisfies both, and
    'possible' where only some do. An undated claim contradicts nothing.

    Of two extents both ends have to agree, since each claims to hold throughout and not outside; an open end is an end not
    known and agrees with any. Extents that differ and share a day are 'possible': their ends may be imprecise. An extent
    and a single date are compared by their days: a meeting from the 17th to the 19th was held on the 18th.

    a_is_extent and b_is_extent are boolean SQL expressions. -#}
{%- macro is_compatible(a_earliest, a_latest, b_earliest, b_latest, a_is_extent='false', b_is_extent='false') -%}
{%- set lowest = "date '0001-01-01'" -%}
{%- set highest = "date '9999-12-31'" -%}
    case
        when {{ a_latest }} < {{ b_earliest }} or {{ b_latest }} < {{ a_earliest }} then 'false'
        when {{ a_is_extent }} and {{ b_is_extent }} then
            case
                when
                    coalesce({{ a_earliest }} = {{ b_earliest }}, true)
                    and coalesce({{ a_latest }} = {{ b_latest }}, true) then 'true'
                else 'possible'
            end
        when
            coalesce({{ a_earliest }}, {{ lowest }}) <= coalesce({{ b_earliest }}, {{ lowest }})
            and coalesce({{ b_latest }}, {{ highest }}) <= coalesce({{ a_latest }}, {{ highest }}) then 'true'
        when
            coalesce({{ b_earliest }}, {{ lowest }}) <= coalesce({{ a_earliest }}, {{ lowest }})
            and coalesce({{ a_latest }}, {{ highest }}) <= coalesce({{ b_latest }}, {{ highest }}) then 'true'
        else 'possible'
    end
{%- endmacro -%}
