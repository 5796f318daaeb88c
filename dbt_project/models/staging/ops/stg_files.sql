-- Grain: as the ledger's table `ops.files`.
select * from {{ source('ops', 'files') }}
