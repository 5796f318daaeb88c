-- Grain: one row per broken cell of a row of published trade statistics in quarantine.
-- Apart from all other quarantine: a broken row of a list must not make the versions of all figures be computed again.
select * from {{ ref('stg_rejected_rows') }} where feed in ('baci', 'comtrade')
