"""Published trade statistics: every figure lands once with its codes, and no file passes for more than it is."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ingestion_house import House

from orchestration import ingestion
from orchestration.ingestion import DeliveryOutcome, OutcomeStatus, chunks, loading
from orchestration.ingestion import bulk as whole_files
from orchestration.ingestion.chunks import NotPlainError
from orchestration.ingestion.readers.comtrade import PREVIEW_ROWS
from tests.gdelt_files import gzipped
from tests.trade_files import baci, bulk, figure, reply
from tests.unit.test_ingestion_zip import packed

BACI = "baci/BACI_HS17_Y2020_V202201.csv"
ROWS = ((2020, 352, 470, "030617", 27.82, 169.8), (2020, 4, 32, "010121", 0.164, "NA"))
LANDED = "select t, i, j, k, v, q, _row_number from landing.baci order by _row_number"


def only(house: House) -> DeliveryOutcome:
    (outcome,) = house.refresh().deliveries
    return outcome


def test_a_release_of_baci_lands_with_leading_zeros_and_empty_quantities(house: House) -> None:
    house.drop(BACI, baci(*ROWS))
    assert only(house).rows_accepted == 2
    assert house.ask(LANDED) == [(2020, 352, 470, "030617", 27.82, 169.8, 1), (2020, 4, 32, "010121", 0.164, None, 2)]
    assert house.ask("select dataset_key, as_of::date::varchar, mode from ops.deliveries") == [
        ("HS17-2020", "2022-01-31", "replace")
    ]


def test_a_broken_row_of_baci_is_put_aside_and_changes_no_other(house: House) -> None:
    house.drop(
        BACI, baci(*ROWS, (2020, 4, "USA", "010121", 1, 1), (2020, 4, 36, "10121", 1, 1), (2020, 4, 8, "010121", 2, 3))
    )
    outcome = only(house)
    assert (outcome.rows_read, outcome.rows_accepted, outcome.rows_rejected) == (5, 3, 2)
    assert house.ask(LANDED)[:2] == [
        (2020, 352, 470, "030617", 27.82, 169.8, 1),
        (2020, 4, 32, "010121", 0.164, None, 2),
    ]
    assert house.ask("select row_number, column_name, found from ops.rejected_rows order by 1") == [
        (3, "j", "USA"),
        (4, "k", "10121"),
    ]


ODD_CELLS = {
    1: (
        " 4 ",
        "004",
        "+4",
        "4.0",
        "4.5",
        "4.",
        "4e1",
        "0x4",
        "0b1",
        "1_0",
        "\t4",
        "--4",
        "4-",
        "٤",
        "",
        "  ",
        "NA",
        "9" * 20,
    ),
    3: (" 010121", "010121 ", "10121", "0101211", "", "  "),
    4: (" 0.5 ", ".5", "5.", "+5", "5e-1", "1_0", "0x10", "inf", "nan", "1e400", "\t5", "1,5", "", "  ", "-1"),
    5: ("NA ", " NA", "N A", "NAN", "na", "  ", "1NA", "-1", "5d", "5 d"),
}


def test_a_cell_is_the_same_whether_read_with_all_others_or_row_by_row(
    house: House, other_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [(column, cell) for column, some in ODD_CELLS.items() for cell in some]
    for number, (column, cell) in enumerate(cells):
        row: list[object] = [*ROWS[0]]
        row[column] = f'"{cell}"' if "," in cell else cell
        text = baci(ROWS[1]) + ",".join(map(str, row)) + "\n"
        for one in (house, other_house):
            one.drop(f"baci/BACI_HS17_Y{1950 + number}_V202201.csv", text)
            one.drop(f"baci/BACI_HS12_Y{1950 + number}_V202201.csv", text + "2020,4,36,broken,1,1\n")
    read_together = landed_after(other_house)
    monkeypatch.setattr(loading, "SMALL_BULK_BYTES", 0)
    landed = landed_after(house)
    assert len(landed) == 2 * len(cells)
    assert read_together == landed
    read_one_by_one = " ".join(line for line in house.log if "one by one" in line)
    assert [cells[number] for number in range(4) if f"HS17_Y{1950 + number}" in read_one_by_one] == [(1, "4.0")]
    for number, (column, cell) in enumerate(cells):
        together, one_by_one = (landed[f"{edition}-{1950 + number}"] for edition in ("HS17", "HS12"))
        assert together == one_by_one, (column, cell)


def landed_after(house: House) -> dict[str, list[str]]:
    """Load what was dropped, and return the rows of each data set of BACI."""
    house.refresh()
    rows = house.ask(
        """
        select dataset_key, list((t, i, j, k, v, q, _row_number)::varchar order by _row_number)
        from landing.baci join ops.deliveries on _delivery_id = delivery_id group by all
        """
    )
    return dict(rows)


LINES = (
    "{row}",
    "{row},1",
    "2020,4,8",
    "",
    "   ",
    "\t",
    ",,,,,",
    "2020,1000,8,010121,1,1",
    "2020,4,8,10121,1,1",
    "{row}\x1a",
)


def test_what_is_broken_in_a_large_file_is_the_same_whether_read_with_all_others_or_row_by_row(
    house: House, other_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(8)  # noqa: S311 - the same rows every time
    files = {}
    for number in range(60):
        lines = []
        for place in range(draw.randrange(1, 40)):
            row: list[object] = [2020, 4 + 4 * place, *ROWS[0][2:]]
            if draw.random() < 0.2:
                column = draw.choice([*ODD_CELLS])
                row[column] = draw.choice([cell for cell in ODD_CELLS[column] if "," not in cell])
            line = draw.choice(LINES) if draw.random() < 0.2 else "{row}"
            lines.append(line.format(row=",".join(map(str, row))))
        end = draw.choice(["\n", "\r\n"])
        files[f"baci/BACI_HS17_Y{1950 + number}_V202201.csv"] = end.join(["t,i,j,k,v,q", *lines, ""])
    figures = [
        figure(partnerCode=code, primaryValue=draw.choice(["1", "x", "0x1", '2"', ""])) for code in range(4, 300)
    ]
    files[COMTRADE] = bulk(*figures) + "352\t\n\t\t\n\n  \n"
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 400)
    monkeypatch.setattr(chunks, "_FEW_BYTES", 80)
    monkeypatch.setattr(whole_files, "insert", _gives_up)
    found = []
    together = House(replace(house.settings, raw=tmp_path / "third" / "raw", home=tmp_path / "third" / "home"))
    for one in (together, house, other_house):
        for name, text in files.items():
            one.drop(name, text)
        one.refresh()
        found.append([one.ask(question) for question in ASKED])
        monkeypatch.setattr(loading, "SMALL_BULK_BYTES", 0)
        if one is house:
            monkeypatch.setattr(whole_files, "insert_chunks", _gives_up)
    for read_together, in_parts, row_by_row in zip(*found, strict=True):
        assert in_parts == row_by_row
        assert read_together == row_by_row
    assert len(found[0][0]) > 500
    assert len(found[0][-1]) > 100
    assert sum("rows of it one by one" in line for line in house.log) > 30


def test_small_files_of_many_data_sets_stand_alike_together_and_one_by_one(house: House, other_house: House) -> None:
    def release(reporter: int, day: str, rows: int, ending: str = "txt", value: str = "1") -> tuple[str, str]:
        figures = [figure(reporterCode=reporter, partnerCode=code, primaryValue=value) for code in range(4, 4 + rows)]
        return f"comtrade/COMTRADE-FINAL-CA{reporter:03d}202001H5[{day}].{ending}", bulk(*figures)

    files = dict(release(reporter, "2024-01-03", 40) for reporter in range(4, 16))
    files |= dict(
        [
            release(4, "2024-02-03", 41),
            release(5, "2024-02-03", 20),  # held: so many rows are not lost
            release(6, "2024-01-03", 40, "tsv", value="2"),  # another of the same day
            release(7, "2024-02-03", 0),
            release(8, "2024-02-03", 40, value="x"),
        ]
    )
    name, text = release(9, "2024-02-03", 40)
    files[name] = text.replace("partnerCode", "otherCode", 1)
    name, text = release(10, "2024-02-03", 40)
    files[name] = text.replace("cmdCode", "CmdCode", 1)
    files["comtrade/COMTRADE-FINAL-CA011202001H5[2024-02-03].txt"] = "<html>try again later</html>"
    for path, content in sorted(files.items()):  # of two that differ the first that was received counts
        house.drop(path, content)
        other_house.drop(path, content)
        other_house.refresh()
    house.refresh()
    for question in ASKED:
        assert house.ask(question) == other_house.ask(question)
    standing = dict(house.ask("select status, count(*) from ops.deliveries group by 1"))
    assert standing == {"loaded": 15, "held": 2, "refused": 3}
    assert house.ask("select count(*) from ops.rejected_rows") == [(40,)]


def test_a_table_that_lacks_a_column_is_refused_as_a_whole(house: House) -> None:
    house.drop(BACI, "t,i,j,k,q\n2020,4,8,010121,1\n")
    outcome = only(house)
    assert outcome.status is OutcomeStatus.REFUSED
    assert "column v" in outcome.reason
    assert house.ask("select count(*) from ops.rejected_rows") == [(0,)]


COMTRADE = "comtrade/COMTRADE-FINAL-CA352202001H5[2024-01-03].txt"
ASKED = (
    "select * exclude (_loaded_at) from landing.baci order by _delivery_id, _row_number",
    "select * exclude (_loaded_at) from landing.comtrade order by _delivery_id, _row_number",
    "select dataset_key, rows_read, rows_accepted, rows_rejected, status, reason from ops.deliveries order by all",
    "from ops.notes order by all",
    "from ops.rejected_rows order by delivery_id, row_number, column_name",
)


def _gives_up(*_: object, **__: object) -> None:
    raise NotPlainError("it is to be read row by row")


def test_the_archive_of_all_years_lands_without_its_lists_of_codes(house: House) -> None:
    archive = packed(
        ("BACI_HS17_Y2020_V202301.csv", baci(ROWS[0]).encode()),
        ("BACI_HS17_Y2021_V202301.csv", baci((2021, *ROWS[0][1:]), (2021, *ROWS[1][1:])).encode()),
        ("country_codes_V202301.csv", b"country_code,country_name\n352,Iceland\n"),
    )
    house.drop("baci/BACI_HS17_V202301.zip", archive)
    assert only(house).rows_accepted == 3
    assert house.ask("select t, count(*) from landing.baci group by t order by t") == [(2020, 1), (2021, 2)]
    assert "country_codes_V202301.csv" in house.ask("select note from ops.notes")[0][0]


def test_of_two_years_a_killed_load_begins_only_the_one_again_that_it_was_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop("baci/BACI_HS17_Y2020_V202201.csv", baci(*ROWS))
    house.drop("baci/BACI_HS17_Y2021_V202201.csv", baci(*((2021, *row[1:]) for row in ROWS)))
    monkeypatch.setattr(loading, "SMALL_BULK_BYTES", 0)
    read: list[str] = []
    read_table = whole_files.open_table

    def watch(source: Path, *rest: Any) -> whole_files.Table:
        read.append(source.name)
        if len(read) == 2:
            raise KeyboardInterrupt
        return read_table(source, *rest)

    monkeypatch.setattr("orchestration.ingestion.bulk.open_table", watch)
    with pytest.raises(KeyboardInterrupt):
        house.refresh()
    assert house.ask("select t, count(*) from landing.baci group by t") == [(2020, 2)]

    house.refresh()
    assert read[2:] == read[1:2], "the year that was committed is read again"
    assert house.ask("select t, count(*) from landing.baci group by t order by t") == [(2020, 2), (2021, 2)]
    assert house.ask("select status, rows_read, rows_accepted from ops.deliveries") == [("loaded", 2, 2)] * 2


def test_a_table_of_baci_under_any_other_name_is_refused(house: House) -> None:
    house.drop("baci/BACI_latest.csv", baci(*ROWS))
    outcome = only(house)
    assert outcome.status is OutcomeStatus.REFUSED
    assert "BACI_HS17_Y2020_V202201.csv" in outcome.reason


def test_a_reply_is_an_extract_with_every_field_that_it_names(house: House) -> None:
    house.drop("comtrade/reply.json", reply(figure(), figure(cmdCode="030617", aggrLevel=6, netWgt=12.5)))
    assert only(house).rows_accepted == 2
    assert house.ask(
        'select "reporterCode", "cmdCode", "primaryValue", "netWgt", "isReported" from landing.comtrade order by 2'
    ) == [(352, "030617", 1000.0, 12.5, True), (352, "TOTAL", 1000.0, None, True)]
    assert house.ask("select mode, is_complete from ops.deliveries") == [("extract", False)]


def test_services_and_quarters_land_beside_goods_and_years(house: House) -> None:
    services = {"typeCode": "S", "classificationCode": "EB10", "cmdCode": "S", "mosCode": "0"}
    house.drop(
        "comtrade/services.json",
        reply(
            figure(**services),
            figure(**services, freqCode="Q", period="2020Q2"),
            figure(**services, freqCode="Q", period="202006"),
            figure(freqCode="M", period="202012", refMonth=12),
            figure(freqCode="W", period="202012"),
            figure(period="2020Q5"),
        ),
    )
    house.refresh()
    assert house.ask("select typecode, freqcode, period from landing.comtrade order by all") == [
        ("C", "M", "202012"), ("S", "A", "2020"), ("S", "Q", "202006"), ("S", "Q", "2020Q2"),
    ]  # fmt: skip
    assert house.ask("select row_number, column_name, found from ops.rejected_rows order by all") == [
        (5, "freqCode", "W"),
        (6, "period", "2020Q5"),
    ]


def test_the_preview_without_a_key_never_passes_for_complete(house: House) -> None:
    preview = reply(*(figure(partnerCode=number) for number in range(PREVIEW_ROWS)))
    query = {"query": {"reporterCode": "352", "period": "2020"}}
    house.drop("comtrade/preview.json", preview)
    house.drop("comtrade/preview.json.manifest.json", json.dumps(query))

    outcome = only(house)

    assert outcome.rows_accepted == PREVIEW_ROWS
    assert house.ask("select mode, is_complete from ops.deliveries") == [("extract", False)]
    assert "may be cut off" in house.ask("select note from ops.notes")[0][0]

    house.drop("comtrade/whole.json", preview + "\n")
    house.drop("comtrade/whole.json.manifest.json", json.dumps(query | {"completeness": "complete"}))
    refused = next(one for one in house.refresh().deliveries if "comtrade/whole.json" in one.paths)
    assert refused.status is OutcomeStatus.REFUSED
    assert "calls it complete" in refused.reason


def test_a_bulk_file_is_whole_for_what_its_name_says(house: House) -> None:
    content = bulk(figure(), figure(partnerCode=0))
    house.drop("comtrade/COMTRADE-FINAL-CA3522020H5[2023-01-03].gz", gzipped(content))
    assert only(house).rows_accepted == 2
    assert house.ask("select dataset_key, as_of::date::varchar, mode, is_complete from ops.deliveries") == [
        ("FINAL-C-A-352-2020-H5", "2023-01-03", "replace", True)
    ]
    assert house.ask('select "partnerCode", "qtyUnitCode", qty, "isAggregate" from landing.comtrade order by 1') == [
        (0, -1, None, False),
        (470, -1, None, False),
    ]


@pytest.mark.realdata
def test_the_real_figures_land_one_for_one(house: House, realdata: Path) -> None:
    for feed, source in (
        *(("comtrade", path) for path in sorted((realdata / "comtrade").iterdir())),
        ("baci", realdata / "baci" / "BACI_HS17_Y2020_V202201_extract.csv"),
        ("exchange_rates_monthly", realdata / "reference" / "exchange-rates-monthly.csv"),
    ):
        (house.settings.raw / feed).mkdir(exist_ok=True)
        shutil.copyfile(source, house.settings.raw / feed / source.name)
    outcomes = {outcome.paths[0].split("/")[1]: outcome for outcome in house.refresh().deliveries}
    for path in sorted((realdata / "comtrade").iterdir()):
        told = json.loads(path.read_text())
        assert outcomes[path.name].rows_accepted == len(told["data"]) == int(told["count"])
    assert outcomes["BACI_HS17_Y2020_V202201_extract.csv"].rows_accepted == 70_920
    assert outcomes["exchange-rates-monthly.csv"].rows_accepted == 17_237
    assert {outcome.rows_rejected for outcome in outcomes.values()} == {0}
    values = [
        figure["primaryValue"] for path in (realdata / "comtrade").iterdir() for figure in _figures(path.read_text())
    ]
    (landed,) = house.ask('select count(*), sum("primaryValue") from landing.comtrade')
    assert landed == (len(values), pytest.approx(sum(values)))


def _figures(text: str) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = json.loads(text)["data"]
    return rows


def test_vintages_that_shrank_are_held_in_either_order_and_after_a_rebuild(house: House) -> None:
    rows = [(2020, 352, 470, goods, 100, 0.5) for goods in ("030617", "030619", "440310", "440311")]
    for vintage, count in (("202301", 2), ("202201", 4), ("202401", 1)):
        house.drop(f"baci/BACI_HS17_Y2020_V{vintage}.csv", baci(*rows[:count]))
        house.refresh()
    stands = "select year(as_of), status, rows_found, rows_accepted from ops.deliveries order by 1"
    assert house.ask(stands) == [(2022, "loaded", 4, 4), (2023, "held", 2, 0), (2024, "held", 1, 0)]
    assert house.ask("select count(*) from landing.baci") == [(4,)]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before

    ((second,),) = house.ask("select delivery_id from ops.deliveries where year(as_of) = 2023")
    ingestion.confirm(house.settings, second)
    house.refresh()
    assert house.ask(stands) == [(2022, "loaded", 4, 4), (2023, "loaded", 2, 2), (2024, "held", 1, 0)]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before
