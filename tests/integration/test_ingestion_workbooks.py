"""Excel workbooks: what stands in a cell, which sheet is read, whole dossiers, and what nobody should open."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ingestion_house import House
from openpyxl.packaging.relationship import Relationship

from orchestration.contracts import NATIVE
from orchestration.contracts.template_workbooks import write_template_workbook
from orchestration.dossiers import expand
from orchestration.ingestion import OutcomeStatus
from orchestration.settings import PROJECT_ROOT
from tests.workbooks import with_parts, with_values, workbook

HEADER = ("document_id", "meeting_id", "kind", "title", "started")
GOOD = ("doc-1", "m-1", "visit", "A visit", "2024-09")
FIRST_DOSSIER = (PROJECT_ROOT / "raw/dossiers/2024-09-pakistan-russia.yaml").read_text(encoding="utf-8")


def moment(*parts: int) -> datetime:
    """Return a time as spreadsheets know it: of no zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def meetings(*rows: tuple[Any, ...]) -> dict[str, Any]:
    return {"meetings": [HEADER, *rows]}


def rejected(house: House) -> dict[tuple[int, str | None], tuple[str, str]]:
    rows = house.ask("select row_number, column_name, found, expected from ops.rejected_rows")
    return {(number, column): (found, expected) for number, column, found, expected in rows}


def test_cells_arrive_as_the_text_that_one_sees(house: House) -> None:
    header = ("document_id", "indicator", "country_a", "period", "value", "unit", "locator", "confidence", "remark")
    # (what is in the cell, its format, what one sees)
    periods: list[tuple[Any, str, str]] = [
        (2024, "General", "2024"),
        (2024.0, "0.00", "2024"),
        (date(2024, 9, 18), "yyyy-mm-dd", "2024-09-18"),
        (moment(2024, 9, 18), "yyyy-mm-dd hh:mm:ss", "2024-09-18"),
        (moment(2024, 9, 1), "mmm yyyy", "2024-09"),
        (moment(2024, 9, 1), '[$-409]mmmm" "yy;@', "2024-09"),
        (moment(2024, 1, 1), "yyyy", "2024"),
        (moment(2024, 9, 18), "d mmmm", "2024-09-18"),
        ("  2024-09? ", "@", "2024-09?"),
    ]
    values: list[tuple[Any, str, Any]] = [
        (0.2, "0%", 20.0),
        (0.155, "0.0%", 15.5),
        (0.1 + 0.2, "General", 0.3),
        (1_234_567.5, "#,##0.00", 1_234_567.5),
        (12, "General", 12.0),
        (1e20, "General", 1e20),
        ("7.50", "@", 7.5),
        (-3, "0", -3.0),
        (0.07, "0%", 7.0),
    ]
    texts = [(71120, "000000", "071120"), (0.2, "0%", "20%"), (True, "General", "true"), (5, "General", "5")]
    texts += [("a_x000D_b", "General", "a\rb"), (date(2024, 2, 3), "d/m/yy", "2024-02-03")]
    texts += [(1.50, "0.00", "1.5"), (date(2024, 2, 3), "yyyy", "2024"), (1e15, "0", "1000000000000000")]
    rows, formats = [], {}
    for number, (period, value, text) in enumerate(zip(periods, values, texts, strict=True), start=2):
        rows.append(("doc-1", f"i-{number:02}", "Pakistan", period[0], value[0], "percent", text[0], 1, text[0]))
        formats |= {f"D{number}": period[1], f"E{number}": value[1], f"G{number}": text[1], f"I{number}": text[1]}
    house.drop("indicators/a.xlsx", workbook({"Indicators ": [header, *rows]}, formats=formats))

    (outcome,) = house.refresh().deliveries
    assert (outcome.reason, outcome.rows_accepted) == ("", len(rows))
    assert house.ask("select period, value, locator, _row_number from landing.indicators order by indicator") == [
        (period[2], value[2], text[2], number)
        for number, (period, value, text) in enumerate(zip(periods, values, texts, strict=True), start=2)
    ]
    assert house.ask("select _extra from landing.indicators where _row_number = 2") == [('{"remark": "071120"}',)]


def test_broken_cells_are_named_as_in_the_sheet(house: House) -> None:
    rows = [
        (),
        HEADER,
        GOOD,
        (),
        ("doc-1", "m-2", "party", "A", 45553),
        ("doc-1", "m-3", "visit", "=A5&1", "#DIV/0!"),
        ("doc-1", None, "visit", None, moment(2024, 9, 18, 10, 30)),
        ("doc-1", "m-5", "visit", "  ", "2024-09"),
        *[()] * 20,
        (None, "  ", None),
    ]
    book = workbook({"meetings": rows}, change=lambda book: book["meetings"].merge_cells("C8:D8"))
    house.drop("meetings/a.xlsx", book)

    (outcome,) = house.refresh().deliveries
    assert (outcome.rows_read, outcome.rows_accepted) == (5, 1)
    cells = rejected(house)
    assert cells.keys() == {
        (5, "kind"),
        (5, "started"),
        (6, "title"),
        (6, "started"),
        (7, "meeting_id"),
        (7, "started"),
    } | {(8, "kind")}
    assert cells[5, "kind"][1].endswith("(cell C5)")
    assert "write 2024-09-18" in cells[5, "started"][1]
    assert cells[6, "title"] == (
        "=A5&1",
        "a value: nothing has calculated this formula; open the workbook, save it, or write the value (cell D6)",
    )
    assert cells[6, "started"] == ("#DIV/0!", "a value: this is an error of the spreadsheet (cell E6)")
    assert "required" in cells[7, "meeting_id"][1]
    assert "C8:D8 are merged over several columns" in cells[8, "kind"][1]
    assert house.ask("select raw_row from ops.rejected_rows where row_number = 5 and column_name = 'kind'") == [
        ('{"A": "doc-1", "B": "m-2", "C": "party", "D": "A", "E": "45553"}',)
    ]
    report = house.report("meetings/a.xlsx.report.txt")
    assert "row 5, kind: found 'party'" in report
    assert "Rows are those of the sheet." in report


def test_a_formula_is_the_value_that_was_saved_beside_it(house: House) -> None:
    book = workbook(meetings(("doc-1", "m-1", "visit", '="x"&1', "=2020+4"), ("doc-1", "m-2", "visit", "=1+1", "2024")))
    house.drop("meetings/a.xlsx", with_values(book, {"D2": "x1", "E2": "2024"}))
    stale = workbook(meetings(("doc-1", "m-3", "visit", "=1+1", "2024")))
    # openpyxl and others ask that all be calculated when it is opened: until then no value is the formula's
    house.drop(
        "meetings/b.xlsx",
        with_parts(stale, {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"<v />", b"<v>0</v>")}),
    )

    house.refresh()
    assert house.ask("select meeting_id, title, started from landing.meetings order by all") == [("m-1", "x1", "2024")]
    assert {column for _, column in rejected(house)} == {"title"}
    assert house.ask("select count(*) from ops.rejected_rows") == [(2,)]


def test_merged_cells_hold_their_value_in_each_row(house: House) -> None:
    rows = [
        GOOD,
        (None, "m-2", None, "B", "2024"),
        (None, "m-3", None, "C", "2024"),
        ("doc-2", "m-4", "call", "D", "2024"),
    ]

    def merge(book: openpyxl.Workbook) -> None:
        book["meetings"].merge_cells("A2:A4")
        book["meetings"].merge_cells("C2:C4")

    house.drop("meetings/a.xlsx", workbook(meetings(*rows), change=merge))
    house.refresh()
    assert house.ask("select document_id, meeting_id, kind from landing.meetings order by meeting_id") == [
        ("doc-1", "m-1", "visit"),
        ("doc-1", "m-2", "visit"),
        ("doc-1", "m-3", "visit"),
        ("doc-2", "m-4", "call"),
    ]


def hide(title: str) -> Any:
    def change(book: openpyxl.Workbook) -> None:
        book[title].sheet_state = "hidden"

    return change


def declare(xml: bytes) -> bytes:
    return xml.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet', 1)


BOOK = workbook(meetings(GOOD))
SHEET = "xl/worksheets/sheet1.xml"


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "it is an old Excel workbook, or one with a password"),
    "text": (b"document_id,meeting_id\n", "it is called .xlsx but is no Excel workbook"),
    "web-page": (b"<html>sign in</html>", "is a web page"),
    "cut-off": (BOOK[:-200], "damaged or cut off"),
    "macros": (with_parts(BOOK, {"xl/vbaProject.bin": lambda _: b"x"}), "it holds macros"),
    "called-so": (
        with_parts(
            BOOK,
            {
                "[Content_Types].xml": lambda xml: xml.replace(
                    b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
                )
            },
        ),
        "it is a workbook with macros",
    ),
    "entities": (with_parts(BOOK, {SHEET: declare}), "declarations of entities"),
    "bomb": (with_parts(BOOK, {SHEET: lambda xml: xml + b" " * (70 << 20)}), "it unpacks to more than"),
    "texts": (with_parts(BOOK, {"xl/styles.xml": lambda xml: xml + b" " * (33 << 20)}), "unpacks to"),
    "broken-xml": (with_parts(BOOK, {SHEET: lambda xml: xml[:-40]}), "the workbook is damaged (ParseError"),
    "no-sheet": (
        with_parts(BOOK, {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"sheet1", b"sheet7")}),
        "is missing",
    ),
    "false-rows": (
        with_parts(BOOK, {SHEET: lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999"')}),
        "row 99999999 stands behind",
    ),
    "rows-back": (
        with_parts(BOOK, {SHEET: lambda xml: xml.replace(b'<row r="2"', b'<row r="1"')}),
        "row 1 stands behind",
    ),
    "utf16": (with_parts(BOOK, {SHEET: lambda xml: xml.decode().encode("utf-16")}), "not in UTF-8"),
    "two-sheets": (workbook({"one": [HEADER, GOOD], "two": []}), "cannot be told (one, two)"),
    "hidden": (workbook({"meetings": [HEADER], "x": []}, change=hide("meetings")), "the sheet meetings is hidden"),
    "nothing": (workbook({"meetings": []}), "the sheet meetings is empty"),
    "twice": (
        workbook({"meetings": [("meeting_id", "meeting_id")]}),
        "cell B1: the header has the column meeting_id more",
    ),
    "lacking": (
        workbook({"meetings": [("document_id", "meeting-id", "kind"), GOOD]}),
        "did you mean it by meeting-id?",
    ),
    "header": (workbook({"meetings": [("document_id", "=1"), GOOD]}), "cell B1: found =1"),
}


def test_what_is_no_workbook_of_rows_is_refused_in_words_and_its_neighbours_load(house: House) -> None:
    for name, (content, _) in REFUSED.items():
        house.drop(f"meetings/{name}.xlsx", content)
    house.drop("meetings/good.xlsx", BOOK)
    reasons = {Path(one.paths[0]).stem: one.reason for one in house.refresh().deliveries if one.reason}
    assert house.ask("select count(*) from landing.meetings") == [(1,)]
    wrong = {
        name: reasons.get(name) for name, (_, expected) in REFUSED.items() if expected not in reasons.get(name, "")
    }
    assert wrong == {}


def test_sheets_for_people_are_not_read(house: House) -> None:
    sheets = {"_notes": [("anything",)], "lists": [("visit",)], "meetings": [HEADER, GOOD], "more": [("x",)]}
    house.drop("meetings/a.xlsx", workbook(sheets, change=hide("lists")))
    house.drop("meetings/only.xlsx", workbook({"Tabelle1": [HEADER, ("doc-1", "m-9", "call", None, None)], "_": []}))
    house.drop("meetings/macros.xlsm", BOOK)
    house.drop("meetings/~$a.xlsx", b"lock")

    result = house.refresh()
    assert house.ask("select meeting_id from landing.meetings order by all") == [("m-1",), ("m-9",)]
    assert "the sheet more was not read: only meetings is of this feed" in house.report("meetings/a.xlsx.report.txt")
    (ignored,) = result.ignored
    assert ignored.path == "meetings/macros.xlsm"
    assert "a workbook with macros is never read" in ignored.reason


def test_links_to_other_workbooks_are_left_alone(house: House) -> None:
    def link(book: openpyxl.Workbook) -> None:
        from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink

        outside = ExternalLink(externalBook=ExternalBook(id="rId1"))
        outside.file_link = Relationship(type="externalLinkPath", Target="file:///etc/passwd", TargetMode="External")
        book._external_links.append(outside)

    house.drop("meetings/a.xlsx", workbook(meetings(GOOD), change=link))
    assert house.refresh().deliveries[0].rows_accepted == 1


# Dossiers


def as_workbook(text: str) -> dict[str, list[Any]]:
    """Return the rows that a YAML dossier expands into as sheets of a workbook."""
    sheets: dict[str, list[dict[str, str]]] = {}
    for row in expand(text, file_name="a.yaml").rows:
        sheets.setdefault("document" if row.feed == "documents" else row.feed, []).append(dict(row.values))
    book: dict[str, list[Any]] = {}
    for title, rows in sheets.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        names = [name for name in names if title == "document" or name != "document_id"]
        book[title] = [names, *([row.get(name) for name in names] for row in rows)]
    return book


def landed(house: House) -> dict[str, list[tuple[Any, ...]]]:
    left_out = "_delivery_id, _file_sha256, _loaded_at, _row_number"
    return {
        feed: house.ask(f"from landing.{contract.table} select * exclude ({left_out}) order by all")
        for feed, contract in NATIVE.items()
    }


def test_a_dossier_as_a_workbook_says_what_its_yaml_says(house: House, other_house: House) -> None:
    house.drop("dossiers/a.yaml", FIRST_DOSSIER)
    other_house.drop("dossiers/a.xlsx", workbook(as_workbook(FIRST_DOSSIER)))

    (written,), (drawn,) = house.refresh().deliveries, other_house.refresh().deliveries
    assert (drawn.rows_read, drawn.rows_rejected) == (written.rows_read, 0)
    assert drawn.dataset_key == written.dataset_key == "press-2024-09-overchuk"
    assert landed(house) == landed(other_house)


DOCUMENT: list[Any] = [
    ("id", "kind", "published", "recorded_at"),
    ("doc-7", "press_report", date(2024, 9, 18), date(2026, 1, 2)),
]


def test_a_dossier_as_a_workbook_is_a_snapshot_of_its_document(house: House) -> None:
    facts = [("id", "kind", "at"), ("m-1", "visit", "p1"), ("m-2", "call", "p2")]
    house.drop("dossiers/a.xlsx", workbook({"document": DOCUMENT, "meetings": facts}))
    first = house.refresh().deliveries[0]
    assert (first.dataset_key, first.rows_accepted) == ("doc-7", 3)
    assert house.ask("select meeting_id, locator, recorded_at::date::varchar from landing.meetings order by all") == [
        ("m-1", "p1", "2026-01-02"),
        ("m-2", "p2", "2026-01-02"),
    ]
    yaml = "document: {id: doc-7, kind: press_report}\nmeetings:\n  - {id: m-1, kind: visit, at: p1}\n"
    house.drop("dossiers/b.yaml", yaml)
    rival = next(one for one in house.refresh().deliveries if one.paths == ("dossiers/b.yaml",))
    assert "dossiers/a.xlsx already is the dossier of document doc-7" in rival.reason

    (house.settings.raw / "dossiers/b.yaml").unlink()
    house.drop("dossiers/a.xlsx", workbook({"document": DOCUMENT, "meetings": facts[:2]}))
    second = house.refresh().deliveries[0]
    assert (second.dataset_key, second.rows_accepted) == ("doc-7", 2)
    assert house.ask("select distinct mode, is_complete from ops.deliveries where status = 'loaded'") == [
        ("snapshot", True)
    ]


def test_broken_facts_of_a_workbook_are_named_by_sheet_and_cell(house: House) -> None:
    sheets = {
        "document": DOCUMENT,
        "meetings": [("id", "kind", "title", "colour"), ("m-1", "party", "A", None), ("m-2", "visit", "=1", "red")],
        "trade": [("country_a", "value", "currency"), ("Pakistan", "<20", "USD")],
    }
    house.drop("dossiers/a.xlsx", workbook(sheets))
    house.refresh()
    report = house.report("dossiers/a.xlsx.report.txt")
    assert "kind: found 'party'" in report
    assert "(sheet meetings, cell B2)" in report
    assert "title: found '=1'" in report
    assert "(sheet meetings, cell C3)" in report
    assert "(sheet trade, row 2)" in report
    assert "sheet meetings, cell D3: found an unknown field" in report


@pytest.mark.parametrize(
    ("sheets", "reason"),
    [
        ({"meetings": [("id", "kind"), ("m", "visit")]}, "no sheet is called document"),
        ({"document": [*DOCUMENT, DOCUMENT[1]]}, "the sheet document has 2 rows"),
        ({"document": [("kind",), ("dataset",)]}, "found no `id`"),
        (
            {"document": DOCUMENT, "meetngs": [("id",), ("m",)]},
            "sheet meetngs: found an unknown section, expected `meetings`?",
        ),
        (
            {"document": DOCUMENT, "meetings": [("id", "topics"), ("m", "trade")]},
            "cell B1: found the column topics; write a sheet topics",
        ),
        ({"document": DOCUMENT, "indicators": [("between",), ("x",)]}, "write the columns country_a and country_b"),
        ({"document": DOCUMENT, "statements": [("id", "target"), ("m", "trade")]}, "write target_kind and target_id"),
        ({"document": DOCUMENT, "memberships": [("members",), ("x",)]}, "write member, and a row for each"),
    ],
)
def test_a_workbook_in_which_facts_could_hide_is_refused(house: House, sheets: dict[str, Any], reason: str) -> None:
    house.drop("dossiers/a.xlsx", workbook(sheets))
    (outcome,) = house.refresh().deliveries
    assert outcome.status is OutcomeStatus.REFUSED
    assert reason in outcome.reason


def test_a_template_that_somebody_filled_in_is_read(house: House) -> None:
    for feed in ("meetings", "dossiers"):
        path = write_template_workbook(feed, house.settings.raw)
        book = openpyxl.load_workbook(path)
        sheets = {"meetings": book["meetings"], "document": book["document"] if feed == "dossiers" else None}
        for sheet in filter(None, sheets.values()):
            names = [cell.value for cell in sheet[1]]
            values = {"document_id": f"doc-{feed}", "meeting_id": feed, "kind": "visit", "started": "2024-09"}
            if sheet.title == "document":
                values |= {"kind": "dataset", "published": "2024"}
            sheet.append([values.get(name) for name in names])
        book.save(path.with_name("mine.xlsx"))
    result = house.refresh()
    assert [(one.reason, one.rows_rejected) for one in result.deliveries] == [("", 0), ("", 0)]
    assert house.ask("select meeting_id, started from landing.meetings order by all") == [
        ("dossiers", "2024-09"),
        ("meetings", "2024-09"),
    ]


def test_workbooks_are_rebuilt_from_the_archive(house: House) -> None:
    house.drop("meetings/a.xlsx", workbook(meetings(GOOD, ("doc-1", "m-2", "party", None, None))))
    house.drop("dossiers/a.xlsx", workbook({"document": DOCUMENT, "meetings": [("id", "kind"), ("m", "visit")]}))
    house.refresh()
    before = house.facts()
    for path in house.settings.raw.rglob("*.xlsx"):
        path.unlink()
    house.rebuild()
    assert house.facts() == before


def test_a_zip_of_another_kind_is_no_workbook(house: House) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("a.txt", "x")
    house.drop("meetings/a.xlsx", content.getvalue())
    assert "it is a zip file but no Excel workbook" in house.refresh().deliveries[0].reason
