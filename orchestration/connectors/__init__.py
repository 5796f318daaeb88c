"""Connectors: fetching what others publish into `raw/`, and nothing more.

Belongs here: asking, verifying, and giving a whole file its final name. Does not belong here: loading; a fetched file
is taken in by the same code as one that was dropped by hand. No connector opens the warehouse or holds its lock.
"""
