-- Grain: as the ledger's table `ops.corrections`.
select * from {{ source('ops', 'corrections') }}
