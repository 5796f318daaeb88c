"""SQL holds values only as parameters, and names only from contracts or quoted."""

from __future__ import annotations

import pytest

from orchestration.settings import PROJECT_ROOT
from tests.sql_scan import findings

VIEW = "a name with a number, made in staging.py"
CONDITION = "a condition that validation.py makes of a contract"
TABLE = "a name with a number"
EXTRA = "an expression over numbered columns, or a column of ours; the names in the file are bound"
FIELD = "an expression over a quoted column"
SHOWN = "quoted, in a question that a page shows to be copied; it is not run"
ENGLISH = "a sentence for people that begins with `from`"
MODEL = "a table that the project's manifest names"
DAGSTERS = "a statement that SQLAlchemy makes of a table of Dagster's; values are bound"
BY_KEY = "a temporary table of ours under a number, or a query that keyed.py makes of such and of names of the project"
COMPILED = "what dbt compiled of a model of the project, or its configuration says"
WITHIN = "bounds that are whole numbers or dates by their type, and ids of deliveries as literals"
REVIEWED = {
    "automation/history.py": {
        "_begin: sa.text('pragma journal_mode = wal')": "a constant",
        "_keep_empty: sa.select(sa.func.count()).select_from(SqlEventLogStorageTable)": DAGSTERS,
        "_keep_empty: sa.text('vacuum into :path')": "a constant, whose value is bound",
        "_store_assets: insert.on_conflict_do_update(index_elements=['asset_key'], set_=changed)": DAGSTERS,
        "_store_together: AssetCheckExecutionsTable.insert()": DAGSTERS,
        "_store_together: SqlEventLogStorageTable.insert()": DAGSTERS,
        "_store_together: sa.select(sa.func.max(SqlEventLogStorageTable.c.id))": DAGSTERS,
    },
    "cli.py": {
        "_query: options.sql": "the question of whoever sits at the terminal, asked through the sandbox of readers",
    },
    "ingestion/bulk.py": {
        "insert_chunks: parameters.values": "the values of bound parameters, beside their statement",
        "insert: parameters.values": "the values of bound parameters, beside their statement",
    },
    "ingestion/database.py": {"insert_rows: table": "the callers name tables of ours"},
    "ingestion/loading.py": {
        "_require_retractions: stage.view": VIEW,
        "_require_retractions: is_retraction(stage.contract)": CONDITION,
        "_staged: stage.view": VIEW,
        "_insert_stage: cells": "expressions that validation.py makes of a contract",
        "_insert_stage: stage.view": VIEW,
        "_insert_stage: extra_cells(stage, parameters)": EXTRA,
        "_insert_stage: broken": CONDITION,
        "_rows_read: stage.view": VIEW,
        "_rows_read: counts": "selects over views of ours",
        "_rows_read: part": CONDITION,
    },
    "ingestion/readers/parquet.py": {
        "_broken: field.text": FIELD,
        "_broken: field.fault": FIELD,
        "_broken: keys": "names as literals, each with its expression",
        "_broken: found_in": CONDITION,
        "_tables: cells": FIELD,
        "_tables: is_whole": FIELD,
    },
    "ingestion/rejects.py": {
        "read_dates: text": "an expression that is made of a contract",
        "write_corrections: stage.view": VIEW,
        "read_dates: stage.view": VIEW,
        "_reject_cells: stage.view": VIEW,
        "_reject_cells: is_broken": CONDITION,
        "_reject_cells: entries": "statements whose texts are bound",
        "_entry: is_broken": CONDITION,
        "_entry: number": "the place of a column in its contract",
    },
    "ingestion/landing.py": {
        "_counted_by_file: within": WITHIN,
        "_shown: rows": "the callers' own: a table of landing, or some rows of it",
        "create: rows": TABLE,
    },
    "ingestion/reports.py": {
        "text_of: account.delivery_id": "a hash of ours, in a question that a person may copy; it is not run",
    },
    "ingestion/staging.py": {
        "stage_csv: table": TABLE,
        "stage_mended_csv: table": TABLE,
        "add: extra": EXTRA,
        "add: self.table": TABLE,
        "add: stage.view": VIEW,
        "leave_out: table": TABLE,
        "_create_stage: table": TABLE,
        "_insert_text: table": TABLE,
        "_csv_view: view": TABLE,
        "_csv_view: file_no": "an expression of the two callers",
        "_csv_view: row_number": "an expression of the two callers",
        "_csv_view: origin": "tables of ours",
    },
    "publication/copying.py": {
        "copy_star: schema": "one of SCHEMAS",
        "_exchange: came": BY_KEY,
        "_exchange: changed.place": BY_KEY,
        "_exchange: come": BY_KEY,
        "_exchange: found": BY_KEY,
        "_exchange: keys": BY_KEY,
        "_exchange: rows": BY_KEY,
        "_exchange: within": WITHIN,
        "_followed: exchange.come": BY_KEY,
        "_followed: exchange.gone": BY_KEY,
        "_followed: exchange.within": WITHIN,
        "_copy_macros: kind": "'view' or 'table', from the catalog's own statement",
    },
    "publication/parquet.py": {
        "_copy: query": "the callers' own text",
        "_counts: table": BY_KEY,
        "_follow: exchange.come": BY_KEY,
        "_positions: found": BY_KEY,
        "write: within": WITHIN,
    },
    "row_groups.py": {
        "_write_together: within": "whole numbers by their format",
    },
    "site/countries.py": {"_country_page: as_sql(code)": SHOWN},
    "site/documents.py": {"_document_page: as_sql(document_id)": SHOWN},
    "site/evidence.py": {"evidence: as_sql(explain[0])": SHOWN, "evidence: as_sql(explain[1])": SHOWN},
    "site/questions.py": {"ask: sql": "the callers hand on constants of that module; values are bound"},
    "site/words.py": {"date_in_words: edtf": ENGLISH, "date_in_words: words": ENGLISH},
    "transformation/changed_keys.py": {"note_keys: keys": BY_KEY},
    "transformation/keyed.py": {
        **{f"_build_sums: {name}": BY_KEY for name in ("both", "came", "changes", "there", "went")},
        **{f"_exchange: {name}": BY_KEY for name in ("after", "before", "delta.after", "keys", "table", "wanted")},
        "_exchange: node.qualified": MODEL,
        "_exchange: within": WITHIN,
        "_alike: found": BY_KEY,
        "_alike: keys": BY_KEY,
        "_alike: shown(self._connection, place.table, self.keep(found))": BY_KEY,
        "_alike: table": MODEL,
        "_alike: wanted": BY_KEY,
        "_alike: within": WITHIN,
        "_concerned: delta.after": BY_KEY,
        "_concerned: delta.before": BY_KEY,
        "_concerned: node.qualified": MODEL,
        "_concerned: parts": BY_KEY,
        "_concerned: table": BY_KEY,
        "_count: table": BY_KEY,
        "_delete: found": BY_KEY,
        "_delete: node.qualified": MODEL,
        "_delete: numbers": BY_KEY,
        "_delete: rows": BY_KEY,
        "_delete: within": WITHIN,
        "_found: rows": BY_KEY,
        **{f"_found_by: {name}": BY_KEY for name in ("alike", "keys", "table", "wanted")},
        "_found_by: within": WITHIN,
        "_looking_up: rows": BY_KEY,
        "_now: found": BY_KEY,
        "note_additions: rows_before": "a number",
        "note_additions: table": MODEL,
        **{f"_of_keys: {name}": BY_KEY for name in ("keys", "table", "wanted")},
        "_of_keys: within": WITHIN,
        "_that_may_have_rows: condition": COMPILED,
        "_that_may_have_rows: delta.before": BY_KEY,
        "_that_may_have_rows: keys": BY_KEY,
        "_that_may_have_rows: meeting": BY_KEY,
        "_that_may_have_rows: table": BY_KEY,
        "_that_may_have_rows: wanted": BY_KEY,
        "_that_may_have_rows: within": WITHIN,
        "_there: given": BY_KEY,
        "_there: found": BY_KEY,
        "_turned: held": BY_KEY,
        "_turned: holds": COMPILED,
        "_turned: delta.after": BY_KEY,
        "_turned: delta.before": BY_KEY,
        "_turned: self._plan.place(unique_id).qualified": MODEL,
        "_turned: node.qualified": MODEL,
        "_unlike: after": BY_KEY,
        "_unlike: before": BY_KEY,
        "_wholes: one": BY_KEY,
        "_with_keys: numbered": BY_KEY,
        "_with_keys: rows.qualified": MODEL,
        "alike: rows": BY_KEY,
        "bounds_of: keys": BY_KEY,
        "build: after": BY_KEY,
        "drop: name": BY_KEY,
        "exchange: come": BY_KEY,
        "exchange: after": BY_KEY,
        "exchange: before": MODEL,
        "exchange: differing": BY_KEY,
        "exchange: fresh": BY_KEY,
        "exchange: gone": BY_KEY,
        "exchange: table": MODEL,
        "keep: name": BY_KEY,
        "keep: query": BY_KEY,
        "_no_longer_there: delta.after": BY_KEY,
        "_no_longer_there: delta.before": BY_KEY,
        "_no_longer_there: had": BY_KEY,
        "_no_longer_there: there": BY_KEY,
        "note_deliveries: found": BY_KEY,
        "note_deliveries: keys": BY_KEY,
        "note_deliveries: shown(self._connection, place.table, self.keep(found))": BY_KEY,
        "note_deliveries: table": BY_KEY,
        "note_deliveries: wanted": BY_KEY,
        "note_deliveries: within": WITHIN,
        "_replace: fresh": BY_KEY,
        "_replace: table": MODEL,
        "values: delta.after": BY_KEY,
        "values: delta.before": BY_KEY,
        "with_keys: keys": BY_KEY,
    },
    "transformation/leftovers.py": {"drop_leftovers: kind": "view, table or macro"},
    "transformation/python_models.py": {
        "given_by_python: changed": "names of temporary tables of this process, or queries of them",
        "given_by_python: places": BY_KEY,
        "given_by_python: table": MODEL,
    },
    "transformation/updating.py": {
        "_touched: with_keys(connection, node.qualified, related.columns, lost, named=related.fields)": BY_KEY,
        "_hashes: place": "the whole number of a table in a list",
        "_hashes: queries": BY_KEY,
        "_hashes: table": MODEL,
        "run_tests: counts": BY_KEY,
        "run_tests: rows": BY_KEY,
        "_touched: delta.after": BY_KEY,
        "_content: table": MODEL,
        "_one: query": "the two callers' own text, with a name of the manifest",
        "_query: beginning": "the callers' own text, with a name of the manifest",
        "_query: node.code": "what dbt compiled of a model of the project",
        "_replace: definition": "the catalog's own statement of the table that is replaced",
        "_replace: node.qualified": MODEL,
        "run_tests: query": "what dbt compiled of tests of the project",
    },
    "transformation/whole.py": {
        "_build: node.code": COMPILED,
        "_build: parameters": COMPILED,
        "_build: place": MODEL,
        "_columns: query": COMPILED,
        "_say_what_it_is: node.qualified": MODEL,
    },
    "publication/postgres.py": {"build: schema": "quoted, in a list that postgres.py makes of the target's names"},
}
"""What the scan cannot follow, and why a person found it safe."""


def test_no_statement_holds_a_value() -> None:
    found: dict[str, set[str]] = {}
    where = {}
    for path in sorted((PROJECT_ROOT / "orchestration").rglob("*.py")):
        name = path.relative_to(PROJECT_ROOT / "orchestration").as_posix()
        for finding in findings(path.read_text(encoding="utf-8")):
            part = f"{finding.function}: {finding.part}"
            found.setdefault(name, set()).add(part)
            where[name, part] = f"{name}:{finding.line} in {part}"
    new = [
        where[name, part]
        for name, parts in found.items()
        for part in sorted(parts)
        if part not in REVIEWED.get(name, {})
    ]
    assert not new, "bind it ($name), quote it (orchestration.sql_text), or say in REVIEWED why it is safe:\n" + (
        "\n".join(new)
    )
    gone = [(name, part) for name, parts in REVIEWED.items() for part in parts if part not in found.get(name, set())]
    assert not gone, "reviewed, but not there any more"


HOSTILE = {
    "f-string": "def ask(con, name): con.execute(f\"select * from t where name = '{name}'\")",
    "percent": "def ask(con, name): con.sql(\"select * from t where name = '%s'\" % name)",
    "format": "def ask(con, name): con.query(\"select * from t where name = '{}'\".format(name))",
    "plus": 'def ask(con, name): con.execute("delete from t where name = \'" + name + "\'")',
    "by way of a variable": 'def ask(con, name):\n    sql = f"select * from {name}"\n    con.execute(sql)',
    "by way of a function": (
        'def _where(name): return f"name = {name}"\n'
        'def ask(con, name): con.execute(f"select * from t where {_where(name)}")'
    ),
    "by way of a parameter": (
        'def _ask(con, where): con.execute(f"select * from t where {where}")\n'
        "def ask(con, name): _ask(con, f\"name = '{name}'\")"
    ),
    "joined": (
        "def ask(con, names):\n    parts = []\n    for name in names:\n        parts.append(f\"'{name}'\")\n"
        "    con.execute(f\"select * from t where name in ({', '.join(parts)})\")"
    ),
    "a row of a result": (
        'def ask(con):\n    for (name,) in con.execute("select name from t").fetchall():\n'
        '        con.execute(f"drop table {name}")'
    ),
    "a comprehension": "def ask(con, names): [con.execute(f\"select '{name}' from t\") for name in names]",
    "handed on": 'def ask(run, name): run(f"insert into t values ({name})")',
    "a name for a table": "def ask(con, name): return con.table(f'landing.{name}')",
}

HARMLESS = {
    "bound": 'def ask(con, name): con.execute("select * from t where name = $name", {"name": name})',
    "quoted": 'def ask(con, name): con.execute(f"select * from {quoted(name)}")',
    "a constant": 'TABLE = "t"\ndef ask(con): con.execute(f"select * from {TABLE}")',
    "a contract": 'def ask(con, contract): con.execute(f"select * from landing.{quoted(contract.table)}")',
    "joined": (
        "def ask(con, names):\n    parts = [quoted(name) for name in names]\n"
        "    con.execute(f\"select {', '.join(parts)} from t\")"
    ),
}


@pytest.mark.parametrize("way", HOSTILE)
def test_a_value_in_a_statement_is_found(way: str) -> None:
    assert findings(HOSTILE[way])


@pytest.mark.parametrize("way", HARMLESS)
def test_what_is_bound_or_quoted_is_let_pass(way: str) -> None:
    assert not findings(HARMLESS[way])
