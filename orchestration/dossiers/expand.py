"""Expand a dossier into rows of the native feeds.

Structure is judged here: what is a list, what is a mapping, which field it is. Whether a value is valid is judged by
the same rules as for a CSV file, on the rows that come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

from orchestration.dossiers.form import (
    BETWEEN,
    FIGURE,
    FORMS,
    INHERITED,
    SECTION_ALIASES,
    SECTIONS,
    Form,
    Nested,
    Reference,
)
from orchestration.dossiers.yaml_nodes import Mapping as MappingNode
from orchestration.dossiers.yaml_nodes import Node, Scalar, Sequence, UnreadableYaml, read

_ID = re.compile(r"[a-z0-9-]{1,120}")
_FIGURE = re.compile(r"(?P<operator><=|>=|<|>|=|~)\s*(?P<value>.*)", re.DOTALL)
_LONGEST_FOUND = 120
_NEAR = 0.7
"""How alike two names must be for one to be suggested: `persn` and `person` are, `colour` and `country` are not."""


class Severity(StrEnum):
    """What a problem costs."""

    REFUSED = "refused"
    """The whole file: nothing of it is loaded."""
    REJECTED = "rejected"
    """One row, which goes to quarantine."""
    NOTED = "noted"
    """Nothing; whoever wrote the file is told."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something stands in the file."""

    line: int
    path: str
    """`meetings[1].participants[0].role`; items count from 0."""


@dataclass(frozen=True, kw_only=True)
class DossierRow:
    """One row of a native feed, as text; an empty column is absent."""

    feed: str
    row_number: int
    """Counts the rows of the file from 1, over all feeds."""
    place: Place
    values: Mapping[str, str]
    extras: Mapping[str, str]
    """Fields that the feed does not know, as written."""
    raw_text: str
    """The piece of the file that the row comes from."""
    places: Mapping[str, Place] = field(default_factory=dict)

    def place_of(self, column: str) -> Place:
        """Return where the value of `column` was written; for a value that is missing, where the fact begins."""
        return self.places.get(column) or Place(line=self.place.line, path=f"{self.place.path}.{column}")


@dataclass(frozen=True, kw_only=True)
class DossierProblem:
    """Something in the file that is not as it should be."""

    place: Place
    found: str
    expected: str
    severity: Severity
    feed: str | None = None
    row_number: int | None = None
    """The row that a rejection costs."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong with a value that costs the fact that it stands in."""

    item: str
    """The path of the fact."""
    path: str
    found: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """What a dossier holds. If it `is_refused`, the rows must not be used."""

    file_name: str
    document_id: str | None
    rows: tuple[DossierRow, ...]
    problems: tuple[DossierProblem, ...]
    cells: Mapping[str, str] = field(default_factory=dict)
    """Where the paths of a workbook stand, in words; of a text the line tells."""

    def where(self, place: Place) -> str:
        """Say where something stands in the file."""
        if self.cells:
            return self.cells.get(place.path) or self.cells.get(place.path.rpartition(".")[0], place.path)
        return f"line {place.line}, {place.path}" if place.path else f"line {place.line}"

    @property
    def is_refused(self) -> bool:
        """Whether the file as a whole is unusable."""
        return any(problem.severity is Severity.REFUSED for problem in self.problems)

    def messages(self, severity: Severity | None = None) -> tuple[str, ...]:
        """Return the problems in words, all or those of one severity, each with file, place, found and expected."""
        return tuple(
            f"{self.file_name}, {self.where(problem.place)}: found {problem.found}, expected {problem.expected}"
            for problem in self.problems
            if severity in (None, problem.severity)
        )


def expand(text: str, *, file_name: str) -> Expansion:
    """Expand the text of a dossier; whatever is wrong with it is in the result, never raised."""
    text = text.removeprefix("\ufeff")
    try:
        root = read(text)
    except UnreadableYaml as error:
        problem = DossierProblem(
            place=Place(line=error.line, path=""),
            found=f"{error.found} (column {error.column})",
            expected=error.expected,
            severity=Severity.REFUSED,
        )
        return Expansion(file_name=file_name, document_id=None, rows=(), problems=(problem,))
    return expand_nodes(root, text=text, file_name=file_name)


def expand_nodes(
    root: Node | None,
    *,
    text: str,
    file_name: str,
    cells: Mapping[str, str] = MappingProxyType({}),
    faults: Iterable[Fault] = (),
) -> Expansion:
    """Expand a dossier that was read into nodes, which are pieces of `text`.

    `cells` and `faults` are what a workbook adds: where its paths stand, and values that are none.
    """
    expander = _Expander(text=text)
    expander.file(root)
    expander.faulty(faults)
    return Expansion(
        file_name=file_name,
        document_id=expander.document_id,
        rows=tuple(expander.rows),
        problems=tuple(expander.problems),
        cells=cells,
    )


@dataclass(frozen=True, kw_only=True)
class _Value:
    """The text of one column, and where it comes from."""

    text: str
    place: Place


@dataclass
class _Draft:
    """One fact while its fields are read."""

    form: Form
    place: Place
    raw_text: str
    own: dict[str, _Value] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[_Value]] = field(default_factory=dict)
    inner: list[tuple[str, Nested, Sequence]] = field(default_factory=list)
    problems: list[tuple[Place, str, str, Severity]] = field(default_factory=list)

    def put(self, column: str, value: str, place: Place) -> None:
        """Fill a column; an empty value fills nothing, a second one is a problem."""
        if not value:
            return
        if column in self.own:
            self.reject(place, f"`{value}`", f"one value; {self.own[column].place.path} says it already")
            return
        self.own[column] = _Value(text=value, place=place)

    def reject(self, place: Place, found: str, expected: str) -> None:
        """Note a problem that costs the fact."""
        self.problems.append((place, found, expected, Severity.REJECTED))

    def note(self, place: Place, found: str, expected: str) -> None:
        """Note a problem that costs nothing."""
        self.problems.append((place, found, expected, Severity.NOTED))


class _Expander:
    """Walks the nodes of one file and collects rows and problems."""

    def __init__(self, *, text: str) -> None:
        self._text = text
        self.document_id: str | None = None
        self.rows: list[DossierRow] = []
        self.problems: list[DossierProblem] = []

    # The file

    def file(self, root: Node | None) -> None:
        """Expand everything, the document first."""
        if not isinstance(root, MappingNode):
            found = self._found(root) if root else "nothing"
            self._refuse(Place(line=root.line if root else 1, path=""), found, "a block `document` and sections")
            return
        fields = {key.text: (key, value) for key, value in root.entries}
        inherited = self._recorded_at(fields)
        self._document(fields, root, inherited)
        if self.document_id is None:
            return
        inherited["document_id"] = _Value(text=self.document_id, place=Place(line=root.line, path="document.id"))
        for name, (key, value) in fields.items():
            if name in ("document", "recorded_at"):
                continue
            feed = SECTION_ALIASES.get(name, name)
            if feed not in SECTIONS:
                # Facts under an unknown name would be taken for withdrawn, so this costs the file.
                known = (*SECTIONS, *SECTION_ALIASES, "document", "recorded_at")
                self._refuse(Place(line=key.line, path=name), "an unknown section", _suggest(name, known, "a section"))
                continue
            items = self._list(value, Place(line=key.line, path=name))
            if items:
                self._section(items, Nested(feed=feed), name, inherited=inherited, owner={})

    def _recorded_at(self, fields: Mapping[str, tuple[Scalar, Node]]) -> dict[str, _Value]:
        if "recorded_at" not in fields:
            return {}
        key, value = fields["recorded_at"]
        place = Place(line=key.line, path="recorded_at")
        if not isinstance(value, Scalar):
            self._refuse(place, self._found(value), "one date or time")
            return {}
        return {"recorded_at": _Value(text=value.text.strip(), place=place)} if value.text.strip() else {}

    def _document(
        self, fields: Mapping[str, tuple[Scalar, Node]], root: MappingNode, inherited: Mapping[str, _Value]
    ) -> None:
        if "document" not in fields:
            near = get_close_matches("document", fields, n=1, cutoff=_NEAR)
            hint = f" (is `{near[0]}` meant?)" if near else ""
            self._refuse(Place(line=root.line, path="document"), "nothing", f"a block `document` with an `id`{hint}")
            return
        key, value = fields["document"]
        place = Place(line=key.line, path="document")
        if not isinstance(value, MappingNode):
            self._refuse(place, self._found(value), "a block with the fields of the document, `id` first")
            return
        draft = self._read(value, FORMS["documents"], place)
        for where, found, expected, severity in draft.problems:
            if severity is Severity.REJECTED:
                self._refuse(where, found, expected)
        document_id = draft.own.get("document_id")
        if document_id is None:
            self._refuse(place, "no `id`", "the id of the document")
        elif not _ID.fullmatch(document_id.text):
            self._refuse(document_id.place, f"`{document_id.text}`", "an id: a to z, 0 to 9 and `-`")
        else:
            self.document_id = document_id.text
            self._emit(draft, {**inherited, **draft.own})
            self._inner(draft, {**inherited, "document_id": document_id}, self._owner(draft))

    def faulty(self, faults: Iterable[Fault]) -> None:
        """Reject the rows of facts in which a value is none."""
        rows: dict[str, list[DossierRow]] = {}
        for row in self.rows:
            rows.setdefault(row.place.path, []).append(row)
        for fault in faults:
            for row in rows.get(fault.item, ()):
                self.problems.append(
                    DossierProblem(
                        place=Place(line=row.place.line, path=fault.path),
                        found=fault.found,
                        expected=fault.expected,
                        severity=Severity.REJECTED,
                        feed=row.feed,
                        row_number=row.row_number,
                    )
                )

    # Facts

    def _section(
        self,
        items: Sequence,
        nested: Nested,
        path: str,
        *,
        inherited: Mapping[str, _Value],
        owner: Mapping[str, _Value],
        extras: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        for index, item in enumerate(items.items):
            place = Place(line=item.line, path=f"{path}[{index}]")
            self._fact(item, nested, place, inherited=inherited, owner=owner, extras=extras)

    def _fact(
        self,
        item: Node,
        nested: Nested,
        place: Place,
        *,
        inherited: Mapping[str, _Value],
        owner: Mapping[str, _Value],
        extras: Mapping[str, str],
    ) -> None:
        """Expand one item of a section.

        `owner` holds the kind and id of the fact that it stands in; for a step, all that the fact says.
        """
        form = FORMS[nested.feed]
        if isinstance(item, Scalar) and nested.single and item.text.strip():
            draft = _Draft(form, place, self._raw(item))
            draft.put(nested.single, item.text.strip(), place)
        elif isinstance(item, MappingNode):
            draft = self._read(item, form, place)
        else:
            draft = _Draft(form, place, self._raw(item))
            draft.reject(place, self._found(item), "the fields of one fact")
        draft.extras = {**extras, **draft.extras}
        self._same_document(draft, inherited)
        preset = dict(inherited)
        if nested.is_step:
            preset.update(owner)
        else:
            preset.update(self._from_owner(draft, nested, owner))

        steps = [entry for entry in draft.inner if entry[1].is_step and entry[2].items]
        rows = self._rows(draft)
        if "fact_id" in draft.own and (steps or len(rows) > 1):
            value = draft.own["fact_id"]
            draft.reject(value.place, f"`{value.text}` for several facts", "an id on a single fact only")
        if steps and any(entry[1].single in draft.own for entry in steps):
            name, inner, _ = steps[0]
            draft.reject(place, f"both `{inner.single}` and `{name}`", "one of the two")
        if self._is_mention(draft, steps):
            self._report(draft, row_number=None)
        else:
            for row in rows:
                self._emit(draft, {**preset, **draft.own, **row})
        handed = {**inherited, **{name: draft.own[name] for name in INHERITED if name in draft.own}}
        self._inner(draft, handed, self._owner(draft))

    def _is_mention(self, draft: _Draft, steps: Iterable[object]) -> bool:
        """Whether the item only names a fact, so as to hang others on it: it then makes no row of its own."""
        if any(severity is Severity.REJECTED for *_, severity in draft.problems):
            return False
        if steps:
            return True
        says_something = set(draft.own) - {draft.form.id_column, *INHERITED} or "retracted" in draft.own
        return bool(draft.inner) and not says_something and not draft.extras and not draft.lists

    def _rows(self, draft: _Draft) -> list[dict[str, _Value]]:
        """Return what the rows of one item say each for itself: nothing, unless a field lists several."""
        rows: list[dict[str, _Value]] = [{}]
        for column, values in draft.lists.items():
            rows = [{**row, column: value} for row in rows for value in values]
        return rows

    def _inner(self, draft: _Draft, inherited: Mapping[str, _Value], owner: Mapping[str, _Value]) -> None:
        for name, nested, items in draft.inner:
            path = f"{draft.place.path}.{name}"
            if nested.is_step:
                said = {column: value for column, value in draft.own.items() if column != "fact_id"}
                self._section(items, nested, path, inherited=inherited, owner=said, extras=draft.extras)
            else:
                self._section(items, nested, path, inherited=inherited, owner=owner)

    def _owner(self, draft: _Draft) -> dict[str, _Value]:
        """Return what inner facts may take over: the kind and, if it has one, the id of this fact."""
        owner = {"kind": _Value(text=draft.form.kind or "", place=draft.place)}
        if draft.form.id_column in draft.own:
            owner["id"] = draft.own[draft.form.id_column]
        return owner

    def _from_owner(self, draft: _Draft, nested: Nested, owner: Mapping[str, _Value]) -> dict[str, _Value]:
        """Return the columns that the fact outside fills."""
        columns = nested.owner_columns
        if nested.otherwise_columns and all(column in draft.own for column in columns):
            columns = nested.otherwise_columns
        for column, role in columns.items():
            value = draft.own.get(column)
            if value is not None and role in owner and value.text != owner[role].text:
                draft.reject(value.place, f"`{value.text}`", "nothing: the fact that this one stands in says it")
        if columns and "id" not in owner:
            draft.reject(draft.place, "a fact in another one without an `id`", "an `id` on the fact that it stands in")
        return {column: owner[role] for column, role in columns.items() if role in owner}

    def _same_document(self, draft: _Draft, inherited: Mapping[str, _Value]) -> None:
        value = draft.own.pop("document_id", None)
        if value and value.text != inherited["document_id"].text:
            draft.reject(value.place, f"`{value.text}`", f"`{inherited['document_id'].text}`: one document per dossier")

    # Fields

    def _read(self, item: MappingNode, form: Form, place: Place) -> _Draft:
        """Sort the fields of one fact into columns, inner facts and what is unknown."""
        draft = _Draft(form, place, self._raw(item))
        fields = form.fields
        written: _Value | None = None
        for key, value in item.entries:
            name = key.text
            where = Place(line=key.line, path=f"{place.path}.{name}")
            if name in form.nested:
                items = self._list(value, where)
                if items:
                    draft.inner.append((name, form.nested[name], items))
            elif name in form.references:
                self._reference(draft, form.references[name], value, where)
            elif name in form.lists:
                self._several(draft, form.lists[name], value, where)
            elif name == BETWEEN and form.has_between:
                self._between(draft, value, where)
            elif name not in fields:
                self._unknown(draft, name, value, where)
            elif not isinstance(value, Scalar):
                draft.reject(where, self._found(value), "one value")
            elif name == FIGURE and form.has_figure:
                self._figure(draft, value.text.strip(), where)
            else:
                draft.put(fields[name], value.text.strip(), where)
            if form.has_figure and name == FIGURE and isinstance(value, Scalar) and value.text.strip():
                written = _Value(text=value.text.strip(), place=where)
        if written:
            draft.own.setdefault("operator", _Value(text="=", place=written.place))
            draft.own.setdefault("reported_value", written)
        for column in draft.lists:
            if column in draft.own:
                value_given = draft.own[column]
                draft.reject(value_given.place, f"both `{column}` and a list of them", "one of the two")
        return draft

    def _unknown(self, draft: _Draft, name: str, value: Node, where: Place) -> None:
        draft.extras[name] = value.text if isinstance(value, Scalar) else self._raw(value)
        expected = _suggest(name, draft.form.all_fields, "a field")
        if isinstance(value, Scalar):
            draft.note(where, "an unknown field (kept beside the row)", expected)
        else:
            # There may be facts in it, which must not pass for withdrawn.
            draft.reject(where, "an unknown field that holds more than one value", expected)

    def _reference(self, draft: _Draft, reference: Reference, value: Node, where: Place) -> None:
        expected = "`{kind: id}`, such as `{meeting: its-id}`"
        if not isinstance(value, MappingNode) or len(value.entries) != 1:
            draft.reject(where, self._found(value), expected)
            return
        kind, target = value.entries[0]
        if not isinstance(target, Scalar):
            draft.reject(where, self._found(value), expected)
            return
        inside = Place(line=kind.line, path=f"{where.path}.{kind.text}")
        draft.put(reference.kind_column, kind.text, inside)
        draft.put(reference.id_column, target.text.strip(), inside)

    def _between(self, draft: _Draft, value: Node, where: Place) -> None:
        texts = self._texts(value)
        if texts is None or len(texts) != 2:
            draft.reject(where, self._found(value), "two countries: `[Pakistan, Russia]`")
            return
        for column, (text, line) in zip(("country_a", "country_b"), texts, strict=True):
            draft.put(column, text, Place(line=line, path=where.path))

    def _several(self, draft: _Draft, column: str, value: Node, where: Place) -> None:
        texts = self._texts(value)
        if not texts:
            draft.reject(where, self._found(value), "a list of values: `[…, …]`")
            return
        draft.lists[column] = [
            _Value(text=text, place=Place(line=line, path=f"{where.path}[{index}]"))
            for index, (text, line) in enumerate(texts)
        ]

    def _figure(self, draft: _Draft, text: str, where: Place) -> None:
        match = _FIGURE.fullmatch(text)
        if match:
            draft.put("operator", match["operator"], where)
        draft.put(FIGURE, match["value"] if match else text, where)

    # Small things

    def _list(self, value: Node, place: Place) -> Sequence | None:
        """Return a list of facts, or None for an empty one; anything else would hide facts and costs the file."""
        if isinstance(value, Sequence):
            return value
        if not (isinstance(value, Scalar) and not value.text.strip()):
            self._refuse(place, self._found(value), "a list: every item begins with `- `")
        return None

    def _texts(self, value: Node) -> list[tuple[str, int]] | None:
        """Return the values of a list of values with their lines, or None where it is something else."""
        if not isinstance(value, Sequence):
            return None
        texts = [(item.text.strip(), item.line) for item in value.items if isinstance(item, Scalar)]
        return texts if len(texts) == len(value.items) and all(text for text, _ in texts) else None

    def _emit(self, draft: _Draft, values: Mapping[str, _Value]) -> None:
        number = len(self.rows) + 1
        known = [name for name in draft.form.contract.columns_by_name if name in values]
        self.rows.append(
            DossierRow(
                feed=draft.form.feed,
                row_number=number,
                place=draft.place,
                values={name: values[name].text for name in known},
                extras=dict(draft.extras),
                raw_text=draft.raw_text,
                places={name: values[name].place for name in known},
            )
        )
        self._report(draft, row_number=number)

    def _report(self, draft: _Draft, *, row_number: int | None) -> None:
        """Add what was found wrong with a fact, at the row that it costs or marks."""
        for place, found, expected, severity in draft.problems:
            self.problems.append(
                DossierProblem(
                    place=place,
                    found=found,
                    expected=expected,
                    severity=severity,
                    feed=draft.form.feed,
                    row_number=row_number,
                )
            )

    def _refuse(self, place: Place, found: str, expected: str) -> None:
        self.problems.append(DossierProblem(place=place, found=found, expected=expected, severity=Severity.REFUSED))

    def _raw(self, node: Node) -> str:
        return self._text[node.start : node.end].rstrip()

    def _found(self, node: Node) -> str:
        """Return the written text of a node in one line, shortened."""
        text = " ".join(self._raw(node).split())
        if len(text) > _LONGEST_FOUND:
            text = text[: _LONGEST_FOUND - 1] + "…"
        return f"`{text}`" if text else "nothing"


def _suggest(name: str, known: Iterable[str], what: str) -> str:
    """Return what was expected instead of an unknown name, with the nearest known one."""
    choices = sorted(set(known))
    near = get_close_matches(name.casefold(), choices, n=1, cutoff=_NEAR)
    return f"`{near[0]}`?" if near else f"{what} of this list: {', '.join(choices)}"
