"""The dbt project, built in this process: its manifest and plan, whole builds and updates, and what its tests said.

Belongs here: running dbt and what it compiled, and telling Dagster what it did. Does not belong here: what a fact means
(dbt_project).
"""
