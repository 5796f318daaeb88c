-- Grain: one row per text, code or id that leads to nothing known, or to two things, and place where it is used.
-- Add an alias (feed `aliases`), deliver what is missing, or correct one of two, and refresh: the row disappears.
{% set most_comparisons = 2000000 %}
with unresolved as (
    select
        kind,
        reported,
        fact_kind || '.' || column_name as used_in,
        count(*) as reference_count,
        count(distinct document_id) as document_count,
        min(fact_id) as example_fact_id,
        min(document_id) as example_document_id
    from {{ ref('int_unresolved_reference') }}
    group by all

    union all

    -- machine-coded rows with such a code become no fact
    select
        'country' as kind,
        reported,
        'gdelt_events.' || column_name as used_in,
        cast(sum(row_count) as bigint) as reference_count,
        1 as document_count,
        cast(null as varchar) as example_fact_id,
        'gdelt-events' as example_document_id
    from {{ ref('int_reported_event_unknown_code') }}
    group by column_name, reported

    union all

    select
        'country' as kind,
        area.reported,
        source || '.' || area.column_name as used_in,
        count(*) as reference_count,
        1 as document_count,
        min(fact_id) as example_fact_id,
        min(document_id) as example_document_id
    from (
        select
            source,
            fact_id,
            document_id,
            unnest([
                {column_name: 'country_a', code: country_a_code, reported: country_a_reported},
                {column_name: 'country_b', code: country_b_code, reported: country_b_reported}
            ]) as area
        from {{ ref('int_trade_unknown_reference') }}
    ) as areas
    where area.code = 'unknown'
    group by all

    union all

    select
        'classification' as kind,
        figures.classification as reported,
        figures.source || '.classification' as used_in,
        count(*) as reference_count,
        1 as document_count,
        min(figures.fact_id) as example_fact_id,
        min(figures.document_id) as example_document_id
    from {{ ref('int_trade_unknown_reference') }} as figures
    where figures.is_classification_unknown
    group by all
),

-- an id under which two things were delivered is known twice: its candidates are what the claims make of it
collisions as (
    select
        kind,
        id as reported,
        kind || '.' || attribute as used_in,
        claim_count as reference_count,
        document_count,
        example_fact_id,
        example_document_id,
        reported_values
    from {{ ref('int_id_collision') }}
),

wanted as (
    select kind, reported, sum(reference_count) as reference_count
    from unresolved
    group by all
),

country_names as (
    select distinct normalised_name, country_code as candidate
    from {{ ref('int_published_country_name') }}
    where country_code is not null
),

organization_names as (
    select
        {{ normalised_name('name') }} as normalised_name,
        organization_id as candidate
    from {{ ref('int_organization') }}
),

-- only what has an id that people write; hashes resemble nothing
delivered_ids as (
    select subject_kind as kind, {{ normalised_name('subject_id') }} as normalised_name, subject_id as candidate
    from {{ ref('int_subject') }}
    where
        subject_kind <> 'country'
        -- ids of other kinds need not be normalised
        and subject_kind in (select kind from wanted)
        and not regexp_full_match(subject_id, '[0-9a-f]{32}')
),

pool as (
    select 'country' as kind, normalised_name, candidate from country_names
    union all
    select 'country_or_organization' as kind, normalised_name, candidate from country_names
    union all
    select 'country_or_organization' as kind, normalised_name, candidate from organization_names
    union all
    select 'organization' as kind, normalised_name, candidate from organization_names
    union all
    select kind, normalised_name, candidate from delivered_ids
    union all
    select 'person' as kind, {{ normalised_name('name') }} as normalised_name, person_id as candidate
    from {{ ref('int_person_office') }}
    union all
    select kind, {{ normalised_name('alias') }} as normalised_name, id as candidate
    from {{ ref('int_alias') }}
    where kind <> 'country'
    {%- for kind, codes, code, name in [
        ('currency', 'currencies', 'currency_code', 'currency_code'),
        ('currency', 'currencies', 'currency_code', 'name'),
        ('unit', 'trade_units', 'unit', 'reported_unit'),
        ('classification', 'trade_classifications', 'classification', 'code'),
        ('topic', 'topics', 'topic', 'topic'),
        ('topic', 'topics', 'topic', 'name'),
        ('commodity', 'hs_chapters', 'chapter_code', 'name'),
    ] %}
    union all
    select '{{ kind }}' as kind, {{ normalised_name(name) }} as normalised_name, {{ code }} as candidate
    from {{ ref(codes) }}
    {%- endfor %}
),

names_of_kind as (
    select kind, count(*) as name_count from pool group by kind
),

-- what is used most comes first: of a hundred thousand ids none of a hundred thousand others would be read
compared as (
    select wanted.kind, wanted.reported, {{ normalised_name('wanted.reported') }} as normalised_name
    from wanted
    left join names_of_kind on wanted.kind = names_of_kind.kind
    qualify
        row_number() over (partition by wanted.kind order by wanted.reference_count desc, wanted.reported)
        * coalesce(names_of_kind.name_count, 0)
        <= {{ most_comparisons }}
),

alike as (
    select
        compared.kind,
        compared.reported,
        pool.candidate,
        jaro_winkler_similarity(compared.normalised_name, pool.normalised_name) as score
    from compared
    inner join pool on compared.kind = pool.kind
),

scored as (
    select kind, reported, candidate, max(score) as score
    from alike
    -- codes are short: one letter in three makes more of a difference
    where score >= if(kind = 'currency', 0.8, 0.85)
    group by all
),

ranked as (
    select *
    from scored
    qualify row_number() over (partition by kind, reported order by score desc, candidate) <= 5
),

candidates as (
    select
        kind,
        reported,
        arg_max(candidate, score) as best_candidate,
        max(score) as best_score,
        string_agg(candidate || ' (' || format('{:.2f}', score) || ')', ', ' order by score desc, candidate) as candidates
    from ranked
    group by all
),

listed as (
    select
        case
            when unresolved.kind in ('currency', 'commodity', 'classification', 'unit', 'topic') then 'unknown_code'
            when
                unresolved.kind in ('country', 'country_or_organization')
                or (unresolved.kind = 'person' and split_part(unresolved.used_in, '.', 2) in ('person', 'speaker'))
                then 'unknown_name'
            else 'dangling_id'
        end as issue,
        unresolved.*,
        compared.kind is not null as is_compared,
        candidates.best_candidate,
        candidates.best_score,
        candidates.candidates
    from unresolved
    left join compared
        on unresolved.kind = compared.kind and unresolved.reported is not distinct from compared.reported
    left join candidates
        on unresolved.kind = candidates.kind and unresolved.reported is not distinct from candidates.reported

    union all by name

    select
        'id_collision' as issue,
        kind,
        reported,
        used_in,
        reference_count,
        document_count,
        example_fact_id,
        example_document_id,
        reported_values as candidates
    from collisions
)

select
    {{ surrogate_key(['issue', 'kind', 'reported', 'used_in']) }} as unknown_reference_key,
    issue,
    kind,
    reported,
    used_in,
    reference_count,
    document_count,
    is_compared,
    best_candidate,
    best_score,
    candidates,
    example_fact_id,
    example_document_id
from listed
order by reference_count desc, kind, reported, used_in, issue
