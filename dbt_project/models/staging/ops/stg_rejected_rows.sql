-- Grain: as the ledger's table `ops.rejected_rows`.
select * from {{ source('ops', 'rejected_rows') }}
