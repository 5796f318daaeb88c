{#- Whether one imprecise date is before another: the text 'true', 'false' or 'possible'.

    A date is one day, not known more closely, from its earliest to its latest day; a null bound is open. The answer is
    'true' where a is before b whichever days are meant, 'false' where it is not whichever are meant. An undated one is
    possibly before everything.

    An extent holds on all its days: it is before b only if it has ended by then, and a is before it only if a is past when
    it begins. Its ends are taken at its bounds, as if they were known to the day; an open end is an end not known, so that
    what began earlier has possibly ended.

    a_is_extent and b_is_extent are boolean SQL expressions. -#}
{%- macro is_before(a_earliest, a_latest, b_earliest, b_latest, a_is_extent='false', b_is_extent='false') -%}
{#- the earliest day on which a can be over, and the latest on which b can begin -#}
{%- set a_over_earliest = 'coalesce(case when ' ~ a_is_extent ~ ' then ' ~ a_latest ~ ' end, ' ~ a_earliest ~ ')' -%}
{%- set b_begun_latest = 'coalesce(case when ' ~ b_is_extent ~ ' then ' ~ b_earliest ~ ' end, ' ~ b_latest ~ ')' -%}
    case
        when {{ a_latest }} < {{ b_earliest }} then 'true'
        when {{ a_over_earliest }} >= {{ b_begun_latest }} then 'false'
        else 'possible'
    end
{%- endmacro -%}
