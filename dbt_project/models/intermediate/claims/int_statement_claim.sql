-- Grain: one row per accepted row that claims a position taken.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_statements') }}
),

identified as (
    select
        staged.* exclude (meeting_id, target_id),
        {{ identified('meeting_id') }},
        {{ identified('target_id') }},
        on_behalf_of_party.party_kind as on_behalf_of_kind,
        on_behalf_of_party.party_code as on_behalf_of_code,
        {{ person_id('speaker', 'on_behalf_of_party.party_code') }} as speaker_person_id
    from staged
    {{ join_party('statements', 'on_behalf_of') }}
    {{ join_person('speaker', 'on_behalf_of_party.party_code') }}
    {{ join_identity("'meeting'", 'meeting_id') }}
    {{ join_identity('staged.target_kind', 'target_id') }}
)

{% call claims(
    'identified', 'statements', 'statement',
    ['statement_id'],
    [
        'statement_id', 'speaker_reported', 'office', 'on_behalf_of_code', 'on_behalf_of_reported',
        'made_edtf', 'meeting_id', 'stance', 'target_kind', 'target_id', 'paraphrase'
    ]
) %}
    statement_id,
    speaker_person_id,
    speaker_reported as speaker,
    office,
    on_behalf_of_kind,
    on_behalf_of_code,
    on_behalf_of_reported,
    made_edtf,
    made_earliest,
    made_latest,
    made_precision,
    made_is_approximate,
    made_is_uncertain,
    meeting_id,
    stance,
    target_kind,
    target_id,
    paraphrase
{% endcall %}
