-- Grain: one row per accepted row that claims a person in an office.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_people') }}
),

identified as (
    select
        staged.* exclude (person_id),
        {{ identified('person_id') }},
        represents_party.party_kind as represents_kind,
        represents_party.party_code as represents_code
    from staged
    {{ join_party('people', 'represents') }}
    {{ join_identity("'person'", 'person_id') }}
)

{% call claims(
    'identified', 'people', 'person_office',
    ['person_id', 'office', key_of_reported('represents_code', 'represents_reported'), 'held_edtf'],
    [
        'person_id', 'name', 'office', 'represents_code', 'represents_reported', 'held_edtf'
    ]
) %}
    person_id,
    name,
    office,
    represents_kind,
    represents_code,
    represents_reported,
    held_edtf,
    held_earliest,
    held_latest,
    held_precision,
    held_is_approximate,
    held_is_uncertain
{% endcall %}
