"""Pages of the documentation that are generated, so that they cannot contradict what was built.

Belongs here: turning the dbt manifest and the contracts into Markdown. Does not belong here: prose, or anything that
needs a warehouse.
"""
