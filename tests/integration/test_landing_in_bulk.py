"""Of feeds that are read in bulk, landing is a view: it says of every row what a table would."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import duckdb
import pytest
from ingestion_house import House

from orchestration.contracts import FEEDS, Contract
from orchestration.ingestion import OutcomeStatus
from orchestration.ingestion.database import create_tables
from orchestration.ingestion.landing import LINEAGE, rows_of
from tests.trade_files import baci, bulk, figure, reply

IN_BULK = {feed: contract for feed, contract in FEEDS.items() if contract.is_bulk}
ROWS = [(2020, 352, 470, f"{goods:06d}", goods / 8, "NA" if goods % 3 else 1.5) for goods in range(10_121, 10_161)]
BROKEN = (2020, 4, "USA", "010121", 1, 1), (2020, 4, 36, "10121", 1, 1), (2020, 4, 1000, "010121", 1, 1)
FILES = {
    "baci/BACI_HS17_Y2020_V202201.csv": baci(*ROWS[:30], *BROKEN, *ROWS[30:]),
    "baci/BACI_HS17_Y2020_V202301.csv": baci(*BROKEN[1:], *ROWS),
    "baci/BACI_HS17_Y2021_V202301.csv": baci(*((2021, *row[1:]) for row in ROWS)).replace("q\n", "q,remark\n").replace(
        "1.5\n", "1.5, seen\n"
    ).replace("NA\n", "NA,\n"),
    "baci/BACI_HS17_Y2020_V202401_extract.csv": '"t",i,j,k,v,q\n' + baci(*ROWS[:3], BROKEN[0]).partition("\n")[2],
    "comtrade/COMTRADE-FINAL-CA352202001H5[2024-01-03].txt": bulk(
        *(figure(partnerCode=code, primaryValue="x" if code == 9 else 1) for code in range(4, 30))
    ),
    "comtrade/reply.json": reply(figure(), figure(cmdCode="030617", aggrLevel=6, netWgt=12.5)),
}  # fmt: skip
WITHOUT_A_FILE = " union all ".join(
    f"select count(*) from {rows_of(contract)} anti join ops.landed_files on _file_number = file_number"  # noqa: S608
    for contract in IN_BULK.values()
)


def fill(house: House, suffixes: tuple[str, ...] = (".csv", ".txt", ".json")) -> None:
    for path, text in FILES.items():
        if path.endswith(suffixes):
            house.drop(path, text)
            house.refresh()


def require_whole(house: House) -> None:
    """Hold the numbers of files against the ledger: each once, none of nothing, no row without one."""
    assert set(house.ask(WITHOUT_A_FILE)) == {(0,)}
    assert house.ask("select file_number from ops.landed_files group by all having count(*) > 1") == []
    landed = house.ask("select delivery_id, file_sha256 from ops.landed_files")
    assert max(Counter(landed).values()) == 1
    assert set(landed) == set(
        house.ask(
            "select delivery_id, sha256 from ops.files semi join ops.deliveries using (delivery_id) "
            "where delivery_id in (select delivery_id from ops.deliveries where rows_read > 0 "
            "and feed in ('baci', 'comtrade'))"
        )
    )


@pytest.mark.parametrize("contract", [one for one in FEEDS.values() if one.columns], ids=lambda one: one.feed)
def test_landing_of_every_feed_has_the_columns_of_its_contract_and_the_lineage(contract: Contract) -> None:
    with duckdb.connect() as con:
        create_tables(con, {contract.feed: contract})
        found = con.sql(f"from landing.{contract.table}")
        own = {column.name: column.type.duckdb_type for column in contract.columns}
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == own | LINEAGE
        assert found.columns == [*own, *LINEAGE]


def test_the_view_holds_what_a_table_would(house: House, other_house: House) -> None:
    other_house.registry = {**FEEDS, **{feed: replace(one, is_bulk=False) for feed, one in IN_BULK.items()}}
    for one in (house, other_house):
        fill(one, (".csv", ".json"))
    kinds = "select table_type from information_schema.tables where table_schema = 'landing' and table_name = 'baci'"
    assert (house.ask(kinds), other_house.ask(kinds)) == ([("VIEW",)], [("BASE TABLE",)])
    facts, others = house.facts(), other_house.facts()
    for table in ("baci", "comtrade", "rejected_rows"):
        assert facts[table] == others[table]
        assert len(facts[table]) >= 2
    assert any("seen" in str(row) for row in facts["baci"])


def test_each_row_says_from_which_delivery_file_and_time_it_is(house: House) -> None:
    fill(house)
    require_whole(house)
    assert sum("one by one" in line for line in house.log) >= 3
    for table in IN_BULK:
        assert house.ask(
            f"""
            select count(*) from landing.{table}
            left join ops.files on _delivery_id = delivery_id and _file_sha256 = sha256
            where sha256 is null or _loaded_at is null or _loaded_at < received_at
            """  # noqa: S608 - a name of the project
        ) == [(0,)]
    assert house.ask(
        """
        select _delivery_id, count(*), count(distinct _loaded_at)
        from (select columns('^_') from landing.baci union all select columns('^_') from landing.comtrade)
        group by all order by all
        """
    ) == house.ask("select delivery_id, rows_accepted, 1 from ops.deliveries order by all")
    numbers = house.ask(
        "select _row_number from landing.baci join ops.files on _delivery_id = delivery_id "
        "where original_path = 'baci/BACI_HS17_Y2020_V202201.csv' order by 1"
    )
    assert [number for (number,) in numbers] == [*range(1, 31), *range(34, 44)]


def test_what_is_taken_back_leaves_neither_rows_nor_files(house: House) -> None:
    house.drop("baci/BACI_HS17_Y2020_V202401.csv", baci(*ROWS[:10]))
    house.refresh()
    assert house.ask("select count(*) from landing.baci") == [(10,)]
    house.drop("baci/BACI_HS17_Y2020_V202301.csv", baci(*ROWS))
    house.refresh()
    assert house.ask("select year(as_of), status from ops.deliveries order by 1") == [(2023, "loaded"), (2024, "held")]
    assert house.ask("select count(*), count(distinct _delivery_id) from landing.baci") == [(40, 1)]
    require_whole(house)
    path = house.drop("comtrade/one.json", reply(figure(), figure(partnerCode=4)))
    house.refresh()
    house.drop("comtrade/one.json.manifest.json", json.dumps({"as_of": "2024-01-01", "query": {"period": "2020"}}))
    house.refresh()
    require_whole(house)
    path.unlink()
    house.rebuild()
    require_whole(house)
    assert house.ask("select count(*) from landing.baci") == [(40,)]


def test_of_a_load_that_was_killed_nothing_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    house.drop("baci/BACI_HS17_Y2020_V202201.csv", FILES["baci/BACI_HS17_Y2020_V202201.csv"])
    with monkeypatch.context() as patched:
        patched.setattr("orchestration.ingestion.loading.ledger.write", die)
        with pytest.raises(KeyboardInterrupt):
            house.refresh()
    assert house.ask("from ops.landed_files") == []
    house.refresh()
    assert house.ask("select count(*) from landing.baci") == [(40,)]
    require_whole(house)


def test_a_warehouse_in_which_landing_is_a_table_goes_on_with_all_that_is_in_it(house: House) -> None:
    fill(house)
    facts = house.facts()
    with duckdb.connect(str(house.settings.warehouse)) as con:
        for contract in IN_BULK.values():
            con.execute(f"create temp table kept as from landing.{contract.table}")
            con.execute(f"drop view landing.{contract.table}")
            con.execute(f"create table landing.{contract.table} as from kept")
            con.execute("drop table kept")
        con.execute("drop schema landing_rows cascade")
        con.execute("drop table ops.landed_files")
        con.execute("update ops.contracts set fingerprint = 'of an earlier version'")
        con.execute("update ops.fingerprints set sources = 'earlier', fingerprint = 'of an earlier version'")
    assert house.facts() == facts
    for path in FILES:
        (house.settings.raw / path).unlink()
    result = house.refresh()
    assert {outcome.status for outcome in result.deliveries} == {OutcomeStatus.NEW}
    assert house.facts() == facts
    require_whole(house)
    house.drop("baci/BACI_HS17_Y2022_V202301.csv", baci(*((2022, *row[1:]) for row in ROWS)))
    house.refresh()
    assert house.ask("select count(*) from landing.baci where t = 2022") == [(40,)]
