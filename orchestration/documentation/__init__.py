"""Pages of the documentation that are generated, so that they cannot contradict what was built.

Belongs here: turning the dbt manifest and the contracts into Markdown. Does not belong here: prose, or anything that
needs a warehouse.
"""

from orchestration.documentation.bus_matrix import bus_matrix
from orchestration.documentation.data_dictionary import data_dictionary
from orchestration.documentation.pages import generated_pages, write_pages

__all__ = ["bus_matrix", "data_dictionary", "generated_pages", "write_pages"]
