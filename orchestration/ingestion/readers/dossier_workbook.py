"""Read a dossier that is a workbook: a sheet `document`, and for each feed a sheet with a row for each fact.

Belongs here: sheets and cells in the shape that a YAML dossier has once it is read, so that both expand by the same
rules. Does not belong here: those rules (`orchestration.dossiers`), or zip, XML and cells (`workbook`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.dossiers import Expansion, Fault, expand_nodes
from orchestration.dossiers.form import BETWEEN, FORMS, SECTION_ALIASES, SECTIONS, Form
from orchestration.dossiers.yaml_nodes import Mapping as MappingNode
from orchestration.dossiers.yaml_nodes import Node, Scalar
from orchestration.dossiers.yaml_nodes import Sequence as SequenceNode
from orchestration.ingestion.readers import workbook
from orchestration.ingestion.readers.excel import header_of, is_for_people, text_of
from orchestration.ingestion.readers.workbook import Cell, Sheet
from orchestration.ingestion.refusal import Refused

DOCUMENT = "document"
_RECORDED_AT = "recorded_at"
_NAMES = (DOCUMENT, *SECTIONS, *SECTION_ALIASES)


def expansion_of(path: Path, *, name: str, longest: int) -> Expansion:
    """Expand a workbook of at most so many characters.

    Raises:
        Refused: it is no workbook, has no document, or a sheet that nobody can read as facts.
    """
    read = _Dossier(longest=longest)
    with workbook.opened(path) as sheets:
        for sheet in sheets:
            if not is_for_people(sheet, _NAMES):
                read.sheet(sheet)
    if DOCUMENT not in read.sections:
        raise Refused("no sheet is called document", "add one, with the fields of the document and its id")
    return expand_nodes(read.root(), text=read.text, file_name=name, cells=read.cells, faults=read.faults)


@dataclass(kw_only=True)
class _Dossier:
    """What was read of a workbook so far."""

    longest: int
    cells: dict[str, str] = field(default_factory=dict)
    """Where in the workbook each path of the dossier stands."""
    faults: list[Fault] = field(default_factory=list)
    sections: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    @property
    def text(self) -> str:
        """All rows as text: what a row is said to have been before it was expanded."""
        return "".join(self._pieces)

    def root(self) -> MappingNode:
        """Return the whole dossier."""
        return MappingNode(line=1, column=1, start=0, end=self._length, entries=tuple(self.sections.values()))

    def sheet(self, sheet: Sheet) -> None:
        """Take in a sheet."""
        name = sheet.title.strip().casefold()
        feed = "documents" if name == DOCUMENT else SECTION_ALIASES.get(name, name)
        if name in self.sections:
            raise Refused(f"two sheets are called {name}", "put their rows into one")
        self.cells[name] = f"sheet {sheet.title}"
        rows = sheet.rows()
        number, header = next(rows, (0, []))
        if feed not in FORMS:
            # what stands in it would pass for withdrawn; the expansion says which names there are
            self._add(name, number or 1, SequenceNode(**self._write(name, 1), items=()))
            return
        names = header_of(sheet, number, header) if header else {}
        _require_single(FORMS[feed], sheet, number, names)
        items = [
            self._item(sheet, FORMS[feed], names, number, cells, DOCUMENT if name == DOCUMENT else f"{name}[{index}]")
            for index, (number, cells) in enumerate(rows)
        ]
        if name != DOCUMENT:
            self._add(name, number or 1, SequenceNode(**self._write("", 1), items=tuple(items)))
        elif len(items) != 1:
            raise Refused(f"the sheet {sheet.title} has {len(items)} rows, expected one", "one document per dossier")
        else:
            self._document(items[0])

    def _document(self, item: MappingNode) -> None:
        own = []
        for key, value in item.entries:
            if key.text == _RECORDED_AT:
                # of the document it is of all that is said in it
                self.cells[_RECORDED_AT] = self.cells[f"{DOCUMENT}.{_RECORDED_AT}"]
                self.sections[_RECORDED_AT] = (key, value)
            else:
                own.append((key, value))
        node = MappingNode(line=item.line, column=1, start=item.start, end=item.end, entries=tuple(own))
        self._add(DOCUMENT, item.line, node)

    def _item(
        self, sheet: Sheet, form: Form, names: Mapping[int, str], number: int, cells: Sequence[Cell], path: str
    ) -> MappingNode:
        """Turn a row into the fields of a fact."""
        start = end = self._length
        self.cells[path] = f"sheet {sheet.title}, row {number}"
        for column, name in names.items():
            for known in (name, form.fields.get(name, name)):
                self.cells.setdefault(f"{path}.{known}", _cell(sheet, column, number))
        entries = []
        for cell in cells:
            name = names.get(cell.column) or f"column_{workbook.letters(cell.column)}"
            where = self.cells.setdefault(f"{path}.{name}", _cell(sheet, cell.column, number))
            known_as = form.contract.columns_by_name.get(form.fields.get(name, ""))
            if cell.fault and known_as is not None:
                if path == DOCUMENT:
                    raise Refused(f"{where}: found {cell.text}, expected {cell.fault}", "correct the workbook")
                fault = Fault(item=path, path=f"{path}.{known_as.name}", found=cell.text, expected=cell.fault)
                self.faults.append(fault)
            key = Scalar(text=name, **self._write(f"{name}: ", number))
            text = text_of(cell, known_as)
            entries.append((key, Scalar(text=text, **self._write(text, number))))
            end = self._length
            self._write("; ", number)
        return MappingNode(line=number, column=1, start=start, end=end, entries=tuple(entries))

    def _add(self, name: str, line: int, node: Node) -> None:
        self.sections[name] = (Scalar(text=name, line=line, column=1, start=node.start, end=node.start), node)

    def _write(self, text: str, line: int) -> dict[str, int]:
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        if self._length > self.longest:
            raise Refused(f"it holds more than {self.longest:,} characters", "write one dossier for each document")
        return {"line": line, "column": 1, "start": start, "end": self._length}


def _require_single(form: Form, sheet: Sheet, number: int, names: Mapping[int, str]) -> None:
    """Refuse columns that would hold several values: in a workbook each fact has a row of its own."""
    for column, name in names.items():
        place = _cell(sheet, column, number)
        if name == BETWEEN and form.has_between:
            raise Refused(f"{place}: found the column between", "write the columns country_a and country_b")
        if name in form.lists:
            raise Refused(f"{place}: found the column {name}", f"write {form.lists[name]}, and a row for each")
        if name in form.nested:
            raise Refused(f"{place}: found the column {name}", f"write a sheet {form.nested[name].feed}")
        if name in form.references:
            one = form.references[name]
            raise Refused(f"{place}: found the column {name}", f"write {one.kind_column} and {one.id_column}")


def _cell(sheet: Sheet, column: int, number: int) -> str:
    return f"sheet {sheet.title}, cell {workbook.letters(column)}{number}"
