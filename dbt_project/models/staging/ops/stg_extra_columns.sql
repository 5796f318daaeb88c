-- Grain: as the ledger's table `ops.extra_columns`.
select * from {{ source('ops', 'extra_columns') }}
