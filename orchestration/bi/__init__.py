"""Superset on what is published: what it shows is in `bi/superset/`, an importable bundle.

Belongs here: the datasets of the bundle, as dbt describes the tables; setting up, filling and starting Superset. Does
not belong here: charts and dashboards (`bi/superset/`), or anything that runs within Superset (`bi/*.py`).
"""
