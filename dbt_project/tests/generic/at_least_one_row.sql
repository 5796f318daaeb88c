{% test at_least_one_row(model) %}
{#- An empty table passes every other test. -#}
select 1 as missing
where not exists (select 1 from {{ model }})
{% endtest %}
