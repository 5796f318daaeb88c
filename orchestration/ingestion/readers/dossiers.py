"""Read a dossier: one YAML file, or a workbook, that expands into rows of many feeds.

Belongs here: bytes to text, and the expansion in the shape that loading takes. Does not belong here: the form of a
dossier (`orchestration.dossiers`).
"""

from __future__ import annotations

from pathlib import Path

from orchestration.contracts import NATIVE
from orchestration.dossiers import DossierRow, Expansion, Place, Severity, expand
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.refusal import Refused

FEED = "dossiers"
WORKBOOK_ENDING = ".xlsx"
LONGEST_BYTES = 10_000_000


def document_of(path: Path, *, name: str) -> str | None:
    """Return the id of the document that a dossier is about, or None where it does not say so readably."""
    try:
        expansion = _expansion(path, name=name)
    except Refused:
        return None
    return None if expansion.is_refused else expansion.document_id


def read(source: Source) -> FileContent:
    """Expand the dossier of the document that it was delivered as.

    Raises:
        Refused: something in it makes the whole file unusable; with file, line and field.
    """
    expansion = _expansion(source.path, name=source.name)
    if expansion.is_refused:
        raise Refused("; ".join(expansion.messages(Severity.REFUSED)), "correct the file: nothing of it is loaded")
    if expansion.document_id != source.dataset_key:
        reason = f"it is the dossier of document {expansion.document_id}, but was delivered as {source.dataset_key}"
        raise Refused(reason, "deliver it again")
    rows = {row.row_number: _text_row(row, expansion) for row in expansion.rows}
    broken = [
        BrokenRow(
            row=rows[problem.row_number],
            column=problem.place.path.rpartition(".")[2] or None,
            found=problem.found.strip("`"),
            expected=f"{problem.expected} ({_where(problem.place, expansion)})",
        )
        for problem in expansion.problems
        if problem.severity is Severity.REJECTED and problem.row_number is not None
    ]
    lost = {entry.row.row_number for entry in broken}
    return FileContent(
        rows=[*(row for number, row in rows.items() if number not in lost), *broken],
        notes=list(expansion.messages(Severity.NOTED)),
    )


def _expansion(path: Path, *, name: str) -> Expansion:
    if name.lower().endswith(WORKBOOK_ENDING):
        from orchestration.ingestion.readers import dossier_workbook  # only who reads a workbook needs it

        return dossier_workbook.expansion_of(path, name=name, longest=LONGEST_BYTES)
    data = path.read_bytes()
    if len(data) > LONGEST_BYTES:
        raise Refused(f"it is larger than {LONGEST_BYTES:,} bytes", "write one dossier for each document")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(f"{name}, line {line}: bytes that are not UTF-8", "save the file as UTF-8") from error
    return expand(text, file_name=name)


def _text_row(row: DossierRow, expansion: Expansion) -> TextRow:
    columns = NATIVE[row.feed].columns_by_name if expansion.cells else row.places
    places = {column: _where(row.place_of(column), expansion) for column in columns}
    return TextRow(
        feed=row.feed,
        row_number=row.row_number,
        values=row.values,
        extras=row.extras,
        raw=row.raw_text,
        places=places,
        place=_where(row.place, expansion),
    )


def _where(place: Place, expansion: Expansion) -> str:
    return expansion.where(place) if expansion.cells else f"line {place.line}: {place.path}"
