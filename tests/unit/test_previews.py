from __future__ import annotations

import re

import duckdb

from orchestration.previews import MOST_COLUMNS, first_rows


def test_a_preview_is_a_table_whatever_its_cells_hold() -> None:
    connection = duckdb.connect()
    connection.execute(
        "create table t as select 'a | b' as \"odd name\", 'two' || chr(10) || 'lines' as text, null as n"
    )
    connection.execute("insert into t select 'x', repeat('y', 500), 1 from range(9)")
    preview = first_rows(connection, "main", "t", rows=2)
    assert preview is not None
    lines = preview.splitlines()
    assert len(lines) == 4
    assert {line.replace("\\|", "").count("|") for line in lines} == {4}
    assert max(map(len, lines)) < 200


def test_what_a_cell_holds_is_shown_and_does_nothing() -> None:
    connection = duckdb.connect()
    hostile = "<script>x</script> ![p](http://evil.example/p) &lt; `code` \\r\\n# heading"
    connection.execute("create table t as select $text as text", {"text": hostile})
    preview = first_rows(connection, "main", "t")
    assert preview is not None
    shown = preview.splitlines()[-1]
    assert "<" not in shown
    assert not re.search(r"(?<!\\)[\[`]", shown)
    assert "&amp;lt;" in shown


def test_a_wide_table_says_how_much_is_not_shown() -> None:
    connection = duckdb.connect()
    columns = ", ".join(f"{number} as c{number}" for number in range(MOST_COLUMNS + 3))
    connection.execute(f"create table t as select {columns}")
    preview = first_rows(connection, "main", "t")
    assert preview is not None
    assert preview.endswith("and 3 more columns")


def test_an_empty_table_has_no_preview() -> None:
    connection = duckdb.connect()
    connection.execute("create table t (a integer)")
    assert first_rows(connection, "main", "t") is None


def test_a_view_has_a_preview_too() -> None:
    connection = duckdb.connect()
    connection.execute("create schema other; create view other.v as select 1 as a")
    assert first_rows(connection, "other", "v") is not None
