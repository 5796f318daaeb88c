-- Grain: one row per state of knowledge in which a trade figure stood, clock and time during which it did.
-- Apart from all other knowledge: a document without figures must not make hundreds of millions of them be written again.
select * from {{ ref('int_knowledge') }}
semi join {{ ref('int_trade_observation_as_known') }} using (state_id)
