"""Audit the star, publish it as one immutable copy, and switch readers to it at once.

Belongs here: what readers may open under `serving/`. Does not belong here: what a table means (dbt).
"""
