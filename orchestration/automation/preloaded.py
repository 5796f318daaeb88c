"""What the process of a run needs, imported and made: the process that is forked for each imports this module.

Belongs here: imports, and the definitions. Does not belong here: anything that holds a file, a thread or a connection,
which no fork shares; nor what a run seldom needs, such as dbt.
"""
# ruff: noqa: F401

import dagster as dg
import dagster._cli.api
import dagster._core.executor.in_process
import dagster._core.storage.local_compute_log_manager
import dagster._core.storage.sqlite_storage
import dagster._daemon.cli
import pandas as pd

from orchestration.definitions import made

made().get_repository_def().get_all_jobs()
with dg.DagsterInstance.get():
    """Its storages are imported when it is opened; they let go of their files with it."""
