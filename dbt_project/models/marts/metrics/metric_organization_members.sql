-- Grain: one row per organisation and status in which anybody stands to it now.
select
    {{ surrogate_key(['organization_id', 'status']) }} as metric_key,
    organization_id,
    status,
    count(distinct coalesce(member_code, member_reported)) as members,
    count(distinct case when member_kind = 'country' then coalesce(member_code, member_reported) end) as member_countries
from {{ ref('fct_membership_spell') }}
where is_current and evidence_class is distinct from 'machine_coded'
group by organization_id, status
