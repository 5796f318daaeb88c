-- Grain: one row per accepted row of any feed that claims an agreement, under the id that the row gives it.
-- What identity is decided on. A feed that records agreements in another shape is added here, and matched like all others.
{{ rows_in_shape_of('agreements') }}
