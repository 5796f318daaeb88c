{% test holds(model, condition) %}
{#- A condition that no row breaks; where it is neither true nor false, nothing is known against it. -#}
select *
from {{ model }}
where not ({{ condition }})
{% endtest %}
