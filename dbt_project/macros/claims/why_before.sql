{% macro why_before(one, other) -%}
    {#- In words, by which part of the order of resolution one claim comes before another. -#}
    case
        when {{ one }}.evidence_class <> {{ other }}.evidence_class then 'recorded by a person, the others coded by a machine'
        when {{ one }}.modality_rank <> {{ other }}.modality_rank
            then {{ one }}.modality || ' comes before ' || {{ other }}.modality
        when {{ one }}.kind_rank <> {{ other }}.kind_rank
            then coalesce({{ one }}.document_kind, 'no kind') || ' comes before ' || coalesce({{ other }}.document_kind, 'no kind')
        when {{ one }}.published_from <> {{ other }}.published_from then 'published later'
        when {{ one }}.recorded_as_of <> {{ other }}.recorded_as_of then 'recorded later'
        else 'first by claim id'
    end
{%- endmacro %}
