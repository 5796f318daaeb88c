-- Grain: one row per kind and id under which something was delivered, with the rank of its feed.
-- What people record comes first, then what datasets record, then what machines code; an id that nothing delivered is last.
select
    'agreement' as kind,
    reported.agreement_id as id,
    min(case when classes.evidence_class = 'machine_coded' then 2 when sources.feed is not null then 1 else 0 end) as rank
from {{ ref('int_agreement_reported') }} as reported
left join {{ ref('evidence_classes') }} as classes on reported.feed = classes.feed
left join {{ ref('source_documents') }} as sources on reported.feed = sources.feed
group by reported.agreement_id
union all
select distinct 'person' as kind, person_id as id, 0 as rank from {{ ref('stg_people') }}
union all
select distinct 'meeting' as kind, meeting_id as id, 0 as rank from {{ ref('stg_meetings') }}
union all
select distinct 'statement' as kind, statement_id as id, 0 as rank from {{ ref('stg_statements') }}
union all
select distinct 'project' as kind, project_id as id, 0 as rank from {{ ref('stg_projects') }}
