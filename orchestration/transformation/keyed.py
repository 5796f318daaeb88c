"""Build only the rows of a table whose keys are concerned by what changed.

Belongs here: what changed in a table, as rows; which keys of the tables that read it that concerns; and building those
rows with the SQL of the model, on the rows that they follow from. Does not belong here: which models say so of
themselves (`meta.keyed` in their configuration), or what is built in which order (`updating`).
"""
# Statements are put together from names of the project and what dbt compiled; nothing in them comes from a file.
# ruff: noqa: S608

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any
from zlib import crc32

import duckdb

from orchestration.ingestion.landing import OF_A_FILE, ROWS, shown
from orchestration.sql_text import literal, quoted
from orchestration.transformation.plan import Keyed, Place, Plan, PlannedNode, PlannedSource
from orchestration.transformation.python_models import given_by_python

LEAST_ROWS, FOR_AN_INPUT = 4_000, 700
"""A table of fewer rows, and so many more for each input, is built whole: to find out what concerns which of its rows
takes as long as to build these."""
LEAST_INPUT = 250_000
"""Unless one of its inputs has so many rows, from which few are made."""
FEW_KEYS = 100_000
"""Up to so many keys are built apart from the rest, however small the table."""
DELIVERY = "_delivery_id"
LISTED_DELIVERIES = 50
"""Up to so many deliveries are named one by one where rows of landing are looked for: where that is a view, DuckDB asks
only the table of files for them, and looks at the rows of these files alone."""
ROW_NUMBER = "keyed_row_number"
"""The column of the number of a row in its table, beside the columns of that."""
MANY_ROWS = 50_000
"""Of a table with so many rows, numbers are looked up before rows are read: DuckDB reads all columns that are asked for
of rows that a join does not take, but passes over all others where it knows the numbers of those that are wanted."""
BOUNDED = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DATE"})
"""Types of columns whose bounds keep row groups from being read."""
NUMBERS_IN_A_FILTER = 10_000
"""Up to so many of them are given to what reads a table; by default DuckDB does that with 50 alone."""
WRITTEN_WHOLE = 12_000
"""A table of so many rows is written whole where some of them differ. Rows that are added lie in a row group of their
own, which takes a place in the file for each of its columns and is read on its own, until everything is built anew."""
TURNS = 16
"""Of such tables that are built by key, one in so many is written whole at a build, in turn. To write all of them took
an eighth of what a delivery of events took beside ten million."""
MOST_OF_A_TABLE = 0.2
"""Keys for each row of a table beyond which it is as well built whole; rows that differ beyond which all are
written."""


@dataclass(frozen=True)
class Delta:
    """What changed in a table: the rows concerned as they were and as they are, where some may be alike.

    Both are names in SQL or queries in brackets, with the columns of the table.
    """

    before: str
    after: str
    key: tuple[str, ...] = ()
    """Columns, where all rows that share a value of these with one that changed are among them."""


@dataclass(frozen=True)
class Built:
    """What became of the rows of some keys."""

    delta: Delta
    keys: str
    """The keys that hold something else now: the name of a table with the columns of the key."""


class NotByKeyError(Exception):
    """The keys that are concerned cannot be told, or are too many; the message says why."""


class Deltas:
    """What changed in the tables that were looked at so far, on one connection, in temporary tables."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        plan: Plan,
        *,
        row_counts: Mapping[str, int],
        build_number: int,
        tested: Collection[str] = (),
    ):
        """`row_counts` says how many rows tables and sources had before, as far as that is known.

        `tested` are the unique ids of tables whose tests are spared something where it is known what changed.
        """
        self._connection = connection
        self._plan = plan
        self._numbers = count(1)
        self._kept: dict[str, int] = {}
        self._lost: dict[tuple[str, tuple[str, ...]], str] = {}
        self._deltas: dict[str, Delta] = {}
        self._row_counts = row_counts
        self._build_number = build_number
        read_by_number(connection)
        self._tables = frozenset(
            connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
            ).fetchall()
        )
        self._wanted = frozenset(tested) | {
            one
            for node in plan.nodes.values()
            if node.keyed is not None
            for one in (_seldom_felt(node.keyed) if self._is_small(node.unique_id, node.keyed) else node.keyed.inputs)
        }
        self._wanted |= {
            one
            for node in plan.nodes.values()
            if node.follows and row_counts.get(node.follows[0], 0) >= LEAST_ROWS
            for one in node.follows
        }

    def __getitem__(self, unique_id: str) -> Delta | None:
        """Return what changed in a table; None where nothing is known of that."""
        return self._deltas.get(unique_id)

    def note(self, unique_id: str, delta: Delta) -> None:
        """Note what changed in a table."""
        self._deltas[unique_id] = delta

    def exchange(self, unique_id: str, table: str, fresh: str, columns: Sequence[str], *, rows: int) -> None:
        """Have a table hold the rows of another, so many, and note in which it differed if that may matter.

        Rows are told apart by their hashes, as in the fingerprint of a table: whole rows would fill the memory. Where
        few differ of many, only these are exchanged: all else is neither written to the log nor to the file.
        """
        if rows <= WRITTEN_WHOLE and unique_id not in self._wanted:
            self._replace(table, fresh)
            return
        listed = ", ".join(map(quoted, columns))
        hashes = self.keep(f"select row_hash from ({_unlike(table, fresh, columns)})")
        differing = f"{_row_hash(columns)} in (from {hashes})"
        gone = self.keep(f"select {listed}, rowid as {ROW_NUMBER} from {table} where {differing}")
        come = self.keep(f"select {listed} from {fresh} where {differing}")
        if rows > WRITTEN_WHOLE and self._count(come) <= MOST_OF_A_TABLE * rows:
            self._connection.execute(f"delete from {table} where rowid in (select {ROW_NUMBER} from {gone})")
            self._connection.execute(f"insert into {table} by name from {come}")
        else:
            self._replace(table, fresh)
        self._deltas[unique_id] = Delta(f"(select {listed} from {gone})", come)

    def _replace(self, table: str, fresh: str) -> None:
        """Have a table hold the rows of another, in their order."""
        self._connection.execute(f"delete from {table}")
        self._connection.execute(f"insert into {table} by name from {fresh}")

    def note_deliveries(self, unique_id: str, deliveries: Sequence[str], column: str, *, rows: int) -> None:
        """Note that so many rows of these deliveries were added to a table of landing, and no others."""
        table = self._plan.place(unique_id).qualified
        new = self.keep("select distinct unnest(?::varchar[]) as delivery_id", [list(deliveries)])
        query = f"from {self._with_keys(unique_id, (column,), new, named=('delivery_id',))}"
        self._deltas[unique_id] = Delta(
            _none_of(table),
            # few are read once, however many tables are made of them
            self.keep(query) if rows <= NUMBERS_IN_A_FILTER else f"({query})",
            (column,),
        )

    def note_additions(self, unique_id: str, *, rows_before: int, is_so: Callable[[str], bool]) -> None:
        """Note the rows at the end of a table as all that changed in it, if that is so; `is_so` judges those rows."""
        if unique_id not in self._wanted:
            return
        table = self._plan.place(unique_id).qualified
        added = self.keep(f"from {table} offset {rows_before:d}")
        if is_so(added):
            self._deltas[unique_id] = Delta(_none_of(table), added)

    def keep(self, query: str, parameters: object = None) -> str:
        """Keep the rows of a query until the end, and return the name of the table that they are in."""
        name = f"temp.main.keyed_{next(self._numbers)}"
        (rows,) = self._connection.execute(f"create temp table {name} as {query}", parameters).fetchall()[0]
        self._kept[name] = int(rows)
        return name

    def drop(self) -> None:
        """Let go of all that was kept."""
        self._connection.execute(";".join(f"drop table {name}" for name in self._kept))
        self._kept.clear()

    def is_untouched(self, node: PlannedNode, changed: frozenset[str]) -> bool:
        """Whether a small table need not be built, since what changed concerns none of its rows."""
        keyed = node.keyed
        if keyed is None or not self._is_small(node.unique_id, keyed):
            return False
        inputs = sorted(self._plan.holders(node.unique_id)[0] & changed)
        if not _seldom_felt(keyed).issuperset(inputs):
            return False
        try:
            self._judge(keyed, inputs)
        except NotByKeyError:
            return False
        return not self._count(self._concerned(node, keyed, inputs, ()))

    def build(self, node: PlannedNode, changed: frozenset[str], *, columns: Mapping[str, str]) -> Built | None:
        """Build the rows of the keys that are concerned, and put them into the table; None where all are as they were.

        Raises:
            NotByKeyError: it has to be built whole.
        """
        keyed = node.keyed
        if keyed is None:
            raise NotByKeyError("it does not say what its rows follow from")
        if self._is_small(node.unique_id, keyed):
            raise NotByKeyError("it is small")
        tables, views = self._plan.holders(node.unique_id)
        inputs = sorted(tables & changed)
        self._judge(keyed, inputs)
        if keyed.summed:
            return self._build_sums(node, keyed, inputs[0], views, columns)
        are = self._wholes(keyed, inputs)
        wholes = [are] if keyed.once else [self._as_they_were(are), are]
        made = [self._made_of(node, keyed, whole, views) for whole in wholes if are]
        concerned = self._concerned(node, keyed, inputs, made)
        keys = self._count(concerned)
        if keys > max(FEW_KEYS, MOST_OF_A_TABLE * self._row_counts[node.unique_id]):
            raise NotByKeyError(f"{keys:,} keys are concerned")
        if not keys:
            return None
        listed = ", ".join(map(quoted, columns))
        covered = self._covered(keyed, inputs, concerned, keys)
        is_made = bool(made) and not keyed.by  # of the same rows: nothing else goes into it
        now = made[-1] if is_made else self._now(node, keyed, are, views, concerned, covered)
        after = now if self._is_only_of(keyed) else self._of_keys(keyed, now, concerned, listed)
        found = self._connection.table(after)
        if list(zip(found.columns, map(str, found.types), strict=True)) != list(columns.items()):
            raise NotByKeyError("it has other columns than before")
        then = made[0] if made and not keyed.once else self._then(node, keyed, inputs, views, covered)
        there = self._there(node, keyed, then, concerned, listed)
        return self._exchange(node, keyed, there, after, columns, keys=keys, is_numbered=then is None)

    def _build_sums(
        self, node: PlannedNode, keyed: Keyed, unique_id: str, views: Sequence[PlannedNode], columns: Mapping[str, str]
    ) -> Built | None:
        """Add what came to the sums that were there, and take off what went."""
        if columns.keys() != {*keyed.key, *keyed.summed}:
            raise NotByKeyError("it has columns that are neither of the key nor summed")
        delta = self._deltas[unique_id]
        key, summed = (", ".join(map(quoted, names)) for names in (keyed.key, keyed.summed))
        went, came = (self._made_of(node, keyed, {unique_id: rows}, views) for rows in (delta.before, delta.after))
        taken = ", ".join(f"-{quoted(name)} as {quoted(name)}" for name in keyed.summed)
        added = ", ".join(f"sum({quoted(name)}) as {quoted(name)}" for name in keyed.summed)
        both = f"select {key}, {summed} from {came} union all select {key}, {taken} from {went}"
        changes = self.keep(
            f"select {key}, {added} from ({both}) group by {key}"
            f" having {' or '.join(f'sum({quoted(name)}) <> 0' for name in keyed.summed)}"
        )
        there = self._there(node, keyed, None, changes, ", ".join(map(quoted, columns)))
        sums = ", ".join(f"cast(sum({quoted(name)}) as {columns[name]}) as {quoted(name)}" for name in keyed.summed)
        after = self.keep(
            f"select {key}, {sums} from (select {key}, {summed} from {there} union all from {changes})"
            f" group by {key} having sum({quoted(keyed.summed[0])}) <> 0"
        )
        return self._exchange(node, keyed, there, after, columns, keys=self._count(changes), is_numbered=True)

    def _exchange(
        self,
        node: PlannedNode,
        keyed: Keyed,
        there: str,
        after: str,
        columns: Mapping[str, str],
        *,
        keys: int,
        is_numbered: bool,
    ) -> Built | None:
        """Put rows in the place of those of the same keys that were there, where they differ; None if none do.

        `keys` says of how many keys these rows are.
        """
        key = ", ".join(map(quoted, keyed.key))
        differing = self.keep(f"select distinct {key} from ({_unlike(there, after, columns, beside=keyed.key)})")
        count = self._count(differing)
        if not count:
            return None
        if count < keys:
            there, after = (
                self.keep(f"from {with_keys(self._connection, rows, keyed.key, differing)}") for rows in (there, after)
            )
        delta = Delta(f"(select {', '.join(map(quoted, columns))} from {there})", after, keyed.key)
        if self._count(there):  # keys that are new are nowhere to be found
            self._delete(node, keyed, there, differing, columns, is_numbered=is_numbered)
        self._connection.execute(f"insert into {node.qualified} by name from {delta.after}")
        if self._row_counts[node.unique_id] <= WRITTEN_WHOLE and self._is_its_turn(node):
            self._replace(node.qualified, self.keep(f"from {node.qualified}"))
        self.note(node.unique_id, delta)
        return Built(delta, differing)

    def _is_its_turn(self, node: PlannedNode) -> bool:
        """Whether a table is written whole at this build rather than at one of the next."""
        return (self._build_number + crc32(node.name.encode())) % TURNS == 0

    @staticmethod
    def _is_only_of(keyed: Keyed) -> bool:
        """Whether the SQL of a model, given the rows that the keys concerned follow from, makes rows of no other keys.

        Keys are concerned by what changed in an input, or by what it names: of these no row is left out.
        """
        return not (keyed.of or keyed.where)

    def _of_keys(self, keyed: Keyed, rows: str, keys: str, listed: str) -> str:
        """Return a table of those of some rows that are of one of the keys."""
        return self.keep(f"select {listed} from {with_keys(self._connection, rows, keyed.key, keys)}")

    def _there(self, node: PlannedNode, keyed: Keyed, then: str | None, concerned: str, listed: str) -> str:
        """Return a table of the rows of the keys concerned as they were: `then`, or with their numbers in the table."""
        if then is not None and self._is_only_of(keyed):
            return then
        number = f"{'null' if then else 'rowid'} as {ROW_NUMBER}"
        numbered = self._numbered(node, keyed.key, concerned) if then is None else None
        if numbered is not None:
            given = f"(select *, rowid from {node.qualified} as given where {numbered})"
            return self.keep(f"select {listed}, {number} from {given}")
        there = f"(select *, {number} from {then or node.qualified})"
        found = with_keys(self._connection, there, keyed.key, concerned)
        return self.keep(f"select {listed}, {ROW_NUMBER} from {found}")

    def _delete(
        self,
        node: PlannedNode,
        keyed: Keyed,
        rows: str,
        keys: str,
        columns: Mapping[str, str],
        *,
        is_numbered: bool,
    ) -> None:
        """Delete the rows of some keys, which may hold their numbers in the table."""
        if is_numbered:
            found = f"select {ROW_NUMBER} from {rows}"
        else:
            numbers = self._found_by(node, keyed, rows, columns) if keyed.found_by else None
            if numbers is None or self._count(numbers) != self._count(rows):  # others hold the same in these columns
                numbers = self._found(node, keyed.key, keys)
            found = f"from {numbers}"
        within = self._within(node, keyed, rows, columns)
        self._connection.execute(f"delete from {node.qualified} as given where given.rowid in ({found}) and {within}")

    def _within(self, node: PlannedNode, keyed: Keyed, rows: str, columns: Mapping[str, str]) -> str:
        """Return the condition, of `given`, that keeps the numbers of rows from being looked for all over their table.

        DuckDB holds all numbers against each few thousand rows that nothing else excludes.
        """
        bounded = [name for name in keyed.key if columns[name] in BOUNDED]
        if not bounded or self._row_counts[node.unique_id] < MANY_ROWS:
            return "true"
        return in_bounds(bounded, bounds_of(self._connection, rows, bounded))

    def _found_by(self, node: PlannedNode, keyed: Keyed, rows: str, columns: Mapping[str, str]) -> str:
        """Return a table of the numbers of rows that hold what others hold in the columns by which they are found.

        Text is compared of those alone that are alike in all else: it costs the most, however often it repeats.
        """
        quick = [name for name in keyed.found_by if columns[name] != "VARCHAR"]
        if not quick or len(quick) == len(keyed.found_by):
            return self._found(node, keyed.found_by, rows)
        wanted = ", ".join((f"rowid as {ROW_NUMBER}", *(f"given.{quoted(name)}" for name in keyed.found_by)))
        alike = with_keys(self._connection, node.qualified, quick, rows, wanted=wanted)
        few = self.keep(f"from {alike} limit {NUMBERS_IN_A_FILTER + 1:d}")
        if self._count(few) > NUMBERS_IN_A_FILTER:
            return self._found(node, keyed.found_by, rows)
        return self.keep(f"from {with_keys(self._connection, few, keyed.found_by, rows, wanted=ROW_NUMBER)}")

    def _found(self, place: Place, columns: Sequence[str], alike: str, *, most: int | None = None, **how: Any) -> str:
        """Return a table of the numbers of rows, or the first of them, that hold what others hold in some columns."""
        wanted = f"rowid as {ROW_NUMBER}"
        rows = with_keys(self._connection, place.qualified, columns, alike, wanted=wanted, **how)
        return self.keep(f"from {rows}{f' limit {most:d}' if most else ''}")

    def _with_keys(self, unique_id: str, columns: Sequence[str], keys: str, **how: Any) -> str:
        """Return a query in brackets for the rows of a table that have one of the keys, as `with_keys` does."""
        place = self._plan.place(unique_id)
        rows = self._rows(place)
        numbered = None
        if rows is place or OF_A_FILE.keys().isdisjoint(columns):
            numbered = self._numbered(rows, columns, keys, **how)
        if numbered is None:
            return with_keys(self._connection, place.qualified, columns, keys, **how)
        found = f"select * from {rows.qualified} as given where {numbered}"
        if rows is place:
            return f"({found})"
        return f"({shown(self._connection, place.table, self.keep(found))})"

    def _rows(self, place: Place) -> Place:
        """Return where rows have numbers: the table, or the one behind a view of landing."""
        is_view = isinstance(place, PlannedSource) and (place.schema, place.table) not in self._tables
        return replace(place, schema=ROWS, relation="") if is_view and (ROWS, place.table) in self._tables else place

    def _numbered(
        self,
        place: Place,
        columns: Sequence[str],
        keys: str,
        *,
        named: Sequence[str] | None = None,
        bounds: Sequence[Bounds] | None = None,
    ) -> str | None:
        """Return the condition under which a row of `given` has one of the keys, by its number; None unless few do.

        Where there are none, that is to be seen before the table is read. Bounds of the keys keep numbers from being
        looked for among rows that lie between them, but are of other keys.
        """
        if self._row_counts.get(place.unique_id, 0) < MANY_ROWS or (place.schema, place.table) not in self._tables:
            return None
        bounds = bounds or bounds_of(self._connection, keys, named or columns)
        found = self._found(place, columns, keys, most=NUMBERS_IN_A_FILTER + 1, named=named, bounds=bounds)
        rows = self._count(found)
        if rows > NUMBERS_IN_A_FILTER:
            return None
        return f"given.rowid in (from {found}) and {in_bounds(columns, bounds)}" if rows else "false"

    def followed(self, node: PlannedNode, changed: frozenset[str]) -> dict[str, tuple[str, str]] | None:
        """Return the rows that changed in the inputs that a model follows, by name, as they were and as they are.

        None where something else changed, too, or it is not known what: then the model is to be made of all.
        """
        if not node.follows or not changed.isdisjoint({*node.depends_on} - {*node.follows}):
            return None
        found = {}
        for one in node.follows:
            place, delta = self._plan.place(one), self[one]
            if one not in changed:
                found[place.table] = (_none_of(place.qualified),) * 2
            elif delta is None:
                return None
            else:
                found[place.table] = (delta.before, delta.after)
        return found

    def lost(self, unique_id: str, columns: Sequence[str]) -> str | None:
        """Return a table of the values in these columns that a table had and no longer has; "" where there are none.

        None where it is not known what changed in the table.
        """
        delta, asked = self[unique_id], (unique_id, tuple(columns))
        if delta is None:
            return None
        if asked not in self._lost:
            self._lost[asked] = self._no_longer_there(unique_id, delta, columns)
        return self._lost[asked]

    def _no_longer_there(self, unique_id: str, delta: Delta, columns: Sequence[str]) -> str:
        listed = ", ".join(map(quoted, columns))
        had = self.keep(f"select {listed} from {delta.before} except select {listed} from {delta.after}")
        if not self._count(had):
            return ""
        there = with_keys(self._connection, self._plan.place(unique_id).qualified, columns, had)
        lost = self.keep(f"from {had} except select {listed} from {there}")
        return lost if self._count(lost) else ""

    def alike(self, table: str, columns: Sequence[str], rows: str) -> str:
        """Return the rows of a table that have the values of some rows in these columns."""
        listed = ", ".join(map(quoted, columns))
        return with_keys(self._connection, table, columns, self.keep(f"select distinct {listed} from {rows}"))

    def _is_small(self, unique_id: str, keyed: Keyed) -> bool:
        """Whether a table is as well built whole."""
        least = LEAST_ROWS + FOR_AN_INPUT * len(keyed.inputs)
        return self._row_counts.get(unique_id, 0) < least and all(
            self._row_counts.get(one, 0) < LEAST_INPUT for one in (*keyed.by, *keyed.of)
        )

    def _judge(self, keyed: Keyed, inputs: Sequence[str]) -> None:
        for one in inputs:
            if one not in keyed.inputs:
                raise NotByKeyError(f"{one} changed")
            delta = self[one]
            if delta is None:
                raise NotByKeyError(f"it is not known what changed in {one}")
            if keyed.once and one in keyed.of and self._count(delta.before):
                raise NotByKeyError(f"rows of {one} are gone")  # others may make the same, or none
            if one in keyed.beside and self.lost(one, keyed.beside[one]):
                raise NotByKeyError(f"rows of {one} are others than they were")

    def _concerned(self, node: PlannedNode, keyed: Keyed, inputs: Sequence[str], made: Sequence[str]) -> str:
        """Return a table of the keys that rows may be missing of, or be others than they should be."""
        listed = ", ".join(map(quoted, keyed.key))
        parts = [f"select {listed} from {node.qualified} where false"]
        for one in inputs:
            delta = self[one]
            if delta is not None and one in keyed.by:
                named = _as_key(keyed, one)
                parts += [f"select {named} from {delta.before}", f"select {named} from {delta.after}"]
            if delta is not None and one in keyed.through:
                parts += self._looking_up(keyed, one, delta)
            if delta is not None and one in keyed.turning:
                parts.append(self._turned(node, keyed, one, delta))
        parts += [f"select {listed} from {table}" for table in made]
        concerned = self.keep(f"select distinct {listed} from ({' union all '.join(parts)})")
        for one, condition in keyed.where.items():
            concerned = self._that_may_have_rows(keyed, one, condition, concerned)
        return concerned

    def _that_may_have_rows(self, keyed: Keyed, unique_id: str, condition: str, keys: str) -> str:
        """Return those of some keys of which a row of an input meets a condition, or did."""
        columns, delta = keyed.by[unique_id], self[unique_id]
        place = f"(select * from {self._plan.place(unique_id).qualified} where {condition})"
        meeting = with_keys(self._connection, place, columns, keys, named=keyed.key)
        rows = [f"select {_as_key(keyed, unique_id)} from {meeting}"]
        if delta is not None:
            rows.append(f"select {_as_key(keyed, unique_id)} from {delta.before} where {condition}")
        met = self.keep(" union all ".join(rows))
        return self.keep(f"from {with_keys(self._connection, keys, keyed.key, met)}")

    def _looking_up(self, keyed: Keyed, unique_id: str, delta: Delta) -> list[str]:
        """Return queries for the keys of the rows that look up what changed in a table."""
        queries, values = [], dict[tuple[str, ...], str]()
        for other, ways in keyed.through[unique_id].items():
            place = self._plan.place(other).qualified
            for columns in ways:
                names = tuple(columns)
                if names not in values:
                    values[names] = self.values(delta, names)
                rows = with_keys(self._connection, place, list(columns.values()), values[names], named=names)
                queries.append(f"select {_as_key(keyed, other)} from {rows}")
        return queries

    def values(self, delta: Delta, columns: Sequence[str], *, named: Sequence[str] | None = None) -> str:
        """Return a table of the values that rows which changed have in some columns, or had; `named` renames these."""
        listed = _called(columns, named or columns)
        return self.keep(f"select distinct {listed} from (from {delta.before} union all from {delta.after})")

    def _turned(self, node: PlannedNode, keyed: Keyed, unique_id: str, delta: Delta) -> str:
        """Return a query for the keys of the rows for which a condition no longer comes out as before.

        Raises:
            NotByKeyError: what they are held against is not one row, or was none.
        """
        if self._count(delta.before) != 1 or self._count(delta.after) != 1:
            raise NotByKeyError(f"{unique_id} is not one row")
        listed = ", ".join(map(quoted, keyed.key))
        holds = f"({keyed.turning[unique_id]}) is true"
        judging = ", ".join(map(quoted, self._connection.table(self._plan.place(unique_id).qualified).columns))
        held = (
            f"select * exclude ({judging}), {holds} as did_hold from {node.qualified} as held"
            f" cross join {delta.before} as judged"
        )
        return f"select {listed} from ({held}) as held cross join {delta.after} as judged where did_hold <> ({holds})"

    def _wholes(self, keyed: Keyed, inputs: Sequence[str]) -> dict[str, str]:
        """Return all rows alike with one that changed, of the inputs that did and those that go together with them."""
        wholes = {}
        for one in inputs:
            if one not in keyed.of or one in keyed.together:
                continue
            delta, columns = self._deltas[one], keyed.of[one]
            is_whole = delta.key == columns
            wholes[one] = delta.after if is_whole else self._alike(one, columns, self.values(delta, columns))
        changed = [one for one in inputs if one in keyed.together]
        if changed:
            # by position: the columns of each are called as those of the first
            names = keyed.of[keyed.together[0]]
            values = [self.values(self._deltas[one], keyed.of[one], named=names) for one in changed]
            alike = values[0] if len(values) == 1 else self.keep(" union ".join(f"from {one}" for one in values))
            wholes |= {one: self._alike(one, keyed.of[one], alike, named=names) for one in keyed.together}
        return wholes

    def _alike(self, unique_id: str, columns: Sequence[str], alike: str, **how: Any) -> str:
        return self.keep(f"select * from {self._with_keys(unique_id, columns, alike, **how)}")

    def _as_they_were(self, wholes: Mapping[str, str]) -> dict[str, str]:
        """Return what rows that are alike with one that changed were before."""
        were = {}
        for one, rows in wholes.items():
            delta = self[one]
            if delta is None:
                were[one] = rows
            elif rows == delta.after:
                were[one] = delta.before
            else:
                came, went = delta.after, delta.before
                were[one] = self.keep(f"(select * from {rows} except all from {came}) union all from {went}")
        return were

    def _made_of(self, node: PlannedNode, keyed: Keyed, inputs: Mapping[str, str], views: Sequence[PlannedNode]) -> str:
        """Return what the SQL of a model makes of some rows of what it is made of."""
        places = self._places({**dict.fromkeys((*keyed.of, *keyed.by)), **inputs}, views)
        if node.language != "python":
            return self.keep(_replaced(node.code, places))
        with given_by_python(self._connection, node.name, node.code, places=places):
            return self.keep("from given_by_python")

    def _covered(self, keyed: Keyed, inputs: Sequence[str], concerned: str, keys: int) -> frozenset[str]:
        """Return the inputs in `by` of which all rows of the keys concerned, as they were and are, are at hand."""
        covered = set[str]()
        for one, columns in keyed.by.items():
            delta = self[one]
            if delta is None or not delta.key or not set(delta.key) <= set(columns):
                continue
            held = f"(select {_as_key(keyed, one)} from (from {delta.before} union all from {delta.after}))"
            is_covered = self._is_alone(keyed, inputs) or (
                self._count(with_keys(self._connection, concerned, keyed.key, held)) == keys
            )
            if is_covered:
                covered.add(one)
        return frozenset(covered)

    def _now(
        self,
        node: PlannedNode,
        keyed: Keyed,
        wholes: Mapping[str, str],
        views: Sequence[PlannedNode],
        concerned: str,
        covered: frozenset[str],
    ) -> str:
        """Return what the SQL of a model makes of all that the keys concerned follow from."""
        rows: dict[str, str] = dict(wholes)
        bounds = None if keyed.by.keys() <= covered else bounds_of(self._connection, concerned, keyed.key)
        for one, columns in keyed.by.items():
            if one in covered:
                rows[one] = self._deltas[one].after
                continue
            found = self._with_keys(one, columns, concerned, named=keyed.key, bounds=bounds)
            # models read landing several times, and all of its columns
            rows[one] = found if isinstance(self._plan.place(one), PlannedNode) else self.keep(f"from {found}")
        return self._made_of(node, keyed, rows, views)

    def _then(
        self,
        node: PlannedNode,
        keyed: Keyed,
        inputs: Sequence[str],
        views: Sequence[PlannedNode],
        covered: frozenset[str],
    ) -> str | None:
        """Return the rows of the keys concerned as they follow from what was there; None if that is to be looked up."""
        if keyed.of or not keyed.by.keys() <= covered:
            return None
        before = {one: self._deltas[one].before for one in covered}
        if not any(map(self._count, before.values())):
            return _none_of(node.qualified)
        return self._made_of(node, keyed, before, views) if self._is_alone(keyed, inputs) else None

    @staticmethod
    def _is_alone(keyed: Keyed, inputs: Sequence[str]) -> bool:
        """Whether rows follow from one table only, and that changed, and nothing else that matters."""
        return (
            not keyed.of
            and len(keyed.by) == 1
            and not keyed.by.keys().isdisjoint(inputs)
            and keyed.through.keys().isdisjoint(inputs)
            and keyed.turning.keys().isdisjoint(inputs)
        )

    def _places(self, inputs: Mapping[str, str | None], views: Sequence[PlannedNode]) -> dict[str, str]:
        """Return what is to be read in place of tables and of views of them; None stands for no rows."""
        places: dict[str, str] = {}
        for unique_id, table in inputs.items():
            place = self._plan.place(unique_id)
            places[place.in_code] = table or _none_of(place.qualified)
        for view in views:
            code = _replaced(view.code, places)
            if code != view.code:
                places[view.in_code] = f"(\n{code}\n)"
        return places

    def _count(self, table: str) -> int:
        if table in self._kept:
            return self._kept[table]
        (rows,) = self._connection.execute(f"select count(*) from {table}").fetchall()[0]
        return int(rows)


def read_by_number(connection: duckdb.DuckDBPyConnection) -> None:
    """Have joins by the numbers of rows pass over all others, on this connection."""
    connection.execute(f"set dynamic_or_filter_threshold = {NUMBERS_IN_A_FILTER}")


@dataclass(frozen=True)
class Bounds:
    """The bounds of a column of keys: the least and greatest, in SQL, of numbers or days, or the one word of a closed
    vocabulary; and whether one is null."""

    has_null: bool
    within: tuple[str, str] | None = None
    is_of_none: bool = False
    """There are no keys: no row has one, and none need be read to see that."""


def bounds_of(connection: duckdb.DuckDBPyConnection, keys: str, names: Sequence[str]) -> tuple[Bounds, ...]:
    """Return the bounds of the columns of a table of keys."""
    found = connection.execute(
        "select "
        + ", ".join(
            f"min({quoted(name)}), max({quoted(name)}), bool_or({quoted(name)} is null), typeof(min({quoted(name)}))"
            for name in names
        )
        + f" from {keys}"
    ).fetchall()[0]
    return tuple(_bounds(*found[place : place + 4]) for place in range(0, len(found), 4))


def _bounds(low: object, high: object, has_null: bool | None, kind: str) -> Bounds:
    if has_null is None:
        return Bounds(False, is_of_none=True)
    if not has_null and type(low) in (int, date):
        told = [f"date {literal(one.isoformat())}" if isinstance(one, date) else str(one) for one in (low, high)]
        return Bounds(False, (told[0], told[1]))
    if not has_null and isinstance(low, str) and low == high and kind.startswith("ENUM("):
        # a word of ours, not what a file holds; as text it would exclude no row group
        return Bounds(False, (f"{literal(low)}::{kind}",) * 2)
    return Bounds(has_null)


def in_bounds(columns: Sequence[str], bounds: Sequence[Bounds]) -> str:
    """Return the condition under which a row of a table called `given` may have one of the keys of these bounds."""
    if any(bound.is_of_none for bound in bounds):
        return "false"
    within = [
        f"given.{quoted(column)} = {bound.within[0]}"
        if len(set(bound.within)) == 1
        else f"given.{quoted(column)} between {bound.within[0]} and {bound.within[1]}"
        for column, bound in zip(columns, bounds, strict=True)
        if bound.within
    ]
    return " and ".join(within) or "true"


def with_keys(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    keys: str,
    *,
    named: Sequence[str] | None = None,
    wanted: str = "*",
    bounds: Sequence[Bounds] | None = None,
    beside: str = "true",
) -> str:
    """Return a query in brackets for the rows of a table that have one of the keys: null is a value like any other.

    Keys that are numbers or days have bounds, as have few deliveries: whole row groups beyond them are not read.
    `beside` is a condition of `given` that all of these rows meet.
    """
    names = named or columns
    bounds = bounds or bounds_of(connection, keys, names)
    within = [in_bounds(columns, bounds), beside]
    # a column of which all keys hold the same is within its bounds already
    of_many = [bound.within is None or len(set(bound.within)) > 1 for bound in bounds]
    same = []
    for column, name, bound, is_of_many in zip(columns, names, bounds, of_many, strict=True):
        if is_of_many or not any(of_many):
            how = "is not distinct from" if bound.has_null else "="
            same.append(f"given.{quoted(column)} {how} keys.{quoted(name)}")
        if column == DELIVERY and not bound.has_null:
            ids = connection.execute(f"select distinct {quoted(name)} from {keys}").fetchmany(LISTED_DELIVERIES + 1)
            if 0 < len(ids) <= LISTED_DELIVERIES:  # hashes of ours, not what a file holds
                within.append(f"given.{quoted(column)} in ({', '.join(literal(one) for (one,) in ids)})")
    return (
        f"(select given.{wanted} from {table} as given semi join {keys} as keys on {' and '.join(same)}"
        f" where {' and '.join(within)})"
    )


def _unlike(before: str, after: str, columns: Iterable[str], *, beside: Iterable[str] = ()) -> str:
    """Return a query for the hashes of rows, and columns beside them, that are not as often in the one as the other."""
    named = "".join(f"{quoted(column)}, " for column in beside)
    row_hash = _row_hash(columns)
    return f"""
        select {named}row_hash from (
            select {named}{row_hash} as row_hash, 1 as times from {before}
            union all
            select {named}{row_hash}, -1 from {after}
        )
        group by {named}row_hash having sum(times) <> 0
    """


def _row_hash(columns: Iterable[str]) -> str:
    """Return an expression that tells rows apart, as the fingerprint of a table does."""
    return f"hash(row({', '.join(map(quoted, columns))}))"


def _seldom_felt(keyed: Keyed) -> frozenset[str]:
    """Return the inputs that may well change without concerning a row: it costs less to look than to build."""
    felt = {one for one in keyed.by if not keyed.where or keyed.where.get(one) == "true"}
    return frozenset((*keyed.beside, *keyed.through, *keyed.by)) - felt - keyed.of.keys()


def _as_key(keyed: Keyed, unique_id: str) -> str:
    """Return the columns of an input that make the key, under its names."""
    return _called(keyed.by[unique_id], keyed.key)


def _called(columns: Iterable[str], names: Iterable[str]) -> str:
    """Return some columns under some names, in the same order, as SQL lists them."""
    return ", ".join(f"{quoted(column)} as {quoted(name)}" for column, name in zip(columns, names, strict=True))


def _none_of(table: str) -> str:
    """Return a query in brackets for no rows at all, of the columns of a table."""
    return f"(select * from {table} where false)"


def _replaced(code: str, places: Mapping[str, str]) -> str:
    """Return code that reads from other places; what is put in is not looked at again."""
    if not places:
        return code
    return re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], code)
