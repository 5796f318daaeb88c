"""dbt, run in this process: the project and its manifest, one build, and what its tests said.

Belongs here: running dbt and telling Dagster what it did. Does not belong here: what a fact means (dbt_project).
"""
