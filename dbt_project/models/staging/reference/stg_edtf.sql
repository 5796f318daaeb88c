-- Grain: as the source table `reference.edtf`.
select * from {{ source('reference', 'edtf') }}
