-- Grain: one row per row of `aliases` that stands.
-- Apart from all deliveries: one of another feed must not have all names of countries be judged again.
{{ standing_rows('aliases', ['kind', 'id', 'alias']) }}
