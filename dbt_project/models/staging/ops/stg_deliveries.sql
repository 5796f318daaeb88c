-- Grain: as the ledger's table `ops.deliveries`.
select * from {{ source('ops', 'deliveries') }}
