"""Complete deliveries: the visits as published, dossiers, manifests; what completes, contradicts or shrinks."""

from __future__ import annotations

import itertools
import json
import random
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from ingestion_house import House, meeting, meetings

from orchestration import ingestion
from orchestration.ingestion import DeliveryOutcome, OutcomeStatus
from orchestration.ingestion.refreshing import UnknownDeliveryError

NEW, UNCHANGED, REFUSED, HELD, WAITING = (
    OutcomeStatus.NEW,
    OutcomeStatus.UNCHANGED,
    OutcomeStatus.REFUSED,
    OutcomeStatus.HELD,
    OutcomeStatus.WAITING,
)


def visit(number: int, visitor: str = "King Kalakaua", **other: str) -> str:
    extra = "".join(f"<{name}>{text}</{name}>" for name, text in other.items())
    return (
        f"<visit><id>{number}</id><start-date>1874-12-12</start-date><end-date>1874-12-23</end-date>"
        f"<visitor>{visitor}</visitor><from id='hawaii'>Hawaii</from>"
        f"<description>A visit,\n   with <em>markup</em>.</description>{extra}</visit>"
    )


def visits(*numbers: int) -> str:
    return "<visits>" + "".join(visit(number) for number in numbers) + "</visits>"


def only(result: ingestion.IngestResult) -> DeliveryOutcome:
    (outcome,) = [outcome for outcome in result.deliveries if outcome.status is not UNCHANGED]
    return outcome


# The form of the visits


def test_a_folder_of_visits_is_one_delivery_of_its_day(house: House) -> None:
    house.drop("state_visits/2015-10-01/1870.xml", visits(1, 2))
    house.drop("state_visits/2015-10-01/1880.xml", visits(3))
    outcome = only(house.refresh())

    assert (outcome.status, outcome.dataset_key, outcome.rows_accepted) == (NEW, "visits", 3)
    assert house.ask(
        "select as_of::date::varchar, is_as_of_stated, mode, is_complete, file_count, rows_read from ops.deliveries"
    ) == [("2015-10-01", True, "snapshot", True, 2, 3)]
    assert house.ask(
        "select visit_id, start_date, visitor, from_id, from_country, description, _row_number "
        "from landing.state_visits where visit_id = '3'"
    ) == [("3", "1874-12-12", "King Kalakaua", "hawaii", "Hawaii", "A visit, with markup.", 1)]
    assert "Accepted: 3 of 3 rows." in house.report("state_visits/2015-10-01/_report.txt")


def test_a_visit_that_breaks_the_contract_is_quarantined_under_its_key(house: House) -> None:
    broken = visit(2).replace("1874-12-12", "12 December 1874")
    twice = visit(3, **{"end-date": "1875-01-01"})
    odd = visit(4, **{"host-name": "A host"})
    house.drop("state_visits/2015-10-01/1870.xml", f"<visits>{visit(1)}{broken}{twice}{odd}</visits>")
    outcome = only(house.refresh())

    assert (outcome.rows_read, outcome.rows_accepted, outcome.rows_rejected) == (4, 2, 2)
    rows = house.ask("select row_number, column_name, found, key_values, raw_row from ops.rejected_rows order by 1")
    assert [row[:3] for row in rows] == [(2, "start_date", "12 December 1874"), (3, "end_date", "a second one")]
    assert json.loads(rows[0][3]) == {"visit_id": "2", "start_date": "12 December 1874", "visitor": "King Kalakaua"}
    assert rows[0][4].startswith("<visit><id>2</id>")
    assert house.ask("select _extra from landing.state_visits where visit_id = '4'") == [('{"host_name": "A host"}',)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<visits>\n<visit><id>1</visit></visits>", "1880.xml, line 2, column"),
        ("", "1880.xml, line 1"),
        ("<trips/>", "found <trips>, expected <visits>"),
        ("<visits><trip/></visits>", "found <trip>"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><visits>&a;</visits>', "EntitiesForbidden"),
        ("<?xml version='1.0' encoding='klingon'?><visits/>", "1880.xml"),
        ("<?xml version='1.0' encoding='big5'?><visits/>", "1880.xml"),
    ],
)
def test_one_unreadable_file_refuses_the_whole_delivery(house: House, content: str, says: str) -> None:
    house.drop("state_visits/2015-10-01/1870.xml", visits(1))
    house.drop("state_visits/2015-10-01/1880.xml", content)
    outcome = only(house.refresh())
    assert outcome.status is REFUSED
    assert says in outcome.reason
    assert house.ask("select count(*) from landing.state_visits") == [(0,)]


def test_visits_outside_a_folder_and_folders_within_are_listed(house: House) -> None:
    house.drop("state_visits/1870.xml", visits(1))
    house.drop("state_visits/2015-10-01/more/1870.xml", visits(1))
    house.drop("state_visits/2015-10-01/1880.xml", visits(2))
    result = house.refresh()
    assert only(result).rows_accepted == 1
    assert [ignored.path for ignored in result.ignored] == ["state_visits/1870.xml", "state_visits/2015-10-01/more"]


def test_a_folder_with_an_unfinished_file_waits(house: House) -> None:
    house.drop("state_visits/2015-10-01/1870.xml", visits(1))
    part = house.drop("state_visits/2015-10-01/1880.xml.part", "<visits>")
    assert only(house.refresh()).status is WAITING
    part.unlink()
    assert only(house.refresh()).status is NEW


def test_the_same_file_twice_in_a_delivery_counts_once(house: House) -> None:
    house.drop("state_visits/2015-10-01/1870.xml", visits(1))
    house.drop("state_visits/2015-10-01/copy.xml", visits(1))
    assert only(house.refresh()).rows_read == 1
    assert house.ask("select count(*) from ops.files") == [(2,)]


def test_the_same_file_in_two_releases_belongs_to_both(house: House) -> None:
    for day in ("2018-03-12", "2021-02-25"):
        house.drop(f"state_visits/{day}/1870.xml", visits(1, 2))
    house.refresh()
    assert house.ask(
        "select count(*), count(distinct _delivery_id), count(distinct _file_sha256) from landing.state_visits"
    ) == [(4, 2, 1)]


# What completes, contradicts or shrinks


def test_files_that_arrive_later_complete_the_release(house: House) -> None:
    house.drop("state_visits/2015-10-01/1870.xml", visits(1))
    first = only(house.refresh())
    house.drop("state_visits/2015-10-01/1880.xml", visits(2))
    second = only(house.refresh())

    assert second.status is NEW
    assert house.ask("select visit_id, _delivery_id from landing.state_visits order by 1") == [
        ("1", second.delivery_id),
        ("2", second.delivery_id),
    ]
    assert house.ask("select delivery_id, status, reason from ops.deliveries where status <> 'loaded'") == [
        (first.delivery_id, "replaced", f"completed by delivery {second.delivery_id}")
    ]
    (house.settings.raw / "state_visits/2015-10-01/1870.xml").unlink()
    assert [outcome.status for outcome in house.refresh().deliveries] == [UNCHANGED], "a lost file takes nothing away"
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def test_other_content_for_the_same_day_needs_a_revision(house: House) -> None:
    house.drop("state_visits/2015-10-01/1870.xml", visits(1))
    house.refresh()
    house.drop("state_visits/2015-10-01/1870.xml", visits(1, 2))
    outcome = only(house.refresh())
    assert outcome.status is REFUSED
    assert "revision: 1" in outcome.reason
    assert [o.status for o in house.refresh().deliveries] == [UNCHANGED]

    house.drop("state_visits/2015-10-01/_manifest.yml", "revision: 1\n")
    assert only(house.refresh()).status is NEW
    assert house.ask("select revision, status from ops.deliveries order by received_at") == [
        (0, "loaded"),
        (0, "refused"),
        (1, "loaded"),
    ]
    assert [o.status for o in house.refresh().deliveries] == [UNCHANGED]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def many(count: int) -> str:
    return visits(*range(count))


@pytest.mark.parametrize(("count", "status"), [(95, NEW), (94, HELD), (0, HELD), (300, NEW)])
def test_a_release_that_shrank_by_more_than_a_twentieth_is_held(
    house: House, count: int, status: OutcomeStatus
) -> None:
    house.drop("state_visits/2015-10-01/1.xml", many(100))
    house.refresh()
    house.drop("state_visits/2016-10-01/1.xml", many(count))
    assert only(house.refresh()).status is status


def test_an_older_release_has_the_one_after_it_held_as_if_it_had_come_first(house: House) -> None:
    house.drop("state_visits/2016-10-01/1.xml", many(94).replace("1874-12-12", "unknown", 1))
    later = only(house.refresh())
    house.drop("state_visits/2015-10-01/1.xml", many(100))
    outcomes = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert outcomes["state_visits/2015-10-01/1.xml"].status is NEW
    assert outcomes["state_visits/2016-10-01/1.xml"].status is HELD
    assert "94 rows, the release before it 100" in house.report("state_visits/2016-10-01/_report.txt")
    assert house.ask("select count(*), count(distinct _delivery_id) from landing.state_visits") == [(100, 1)]
    assert house.ask("select count(*) from ops.rejected_rows") == [(0,)]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before

    assert later.delivery_id is not None
    ingestion.confirm(house.settings, later.delivery_id)
    assert only(house.refresh()).status is NEW
    assert house.ask("select count(*) from landing.state_visits") == [(193,)]
    assert house.ask("select count(*) from ops.rejected_rows") == [(1,)]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def test_what_arrived_while_a_release_was_held_stands_alike_after_a_rebuild(house: House) -> None:
    """A release was confirmed after others had come that were measured without it."""
    house.drop("state_visits/2017-01-01/1.xml", many(10))
    house.refresh()
    for day, count in (("2015-01-01", 20), ("2016-01-01", 10)):
        house.drop(f"state_visits/{day}/1.xml", many(count))
    confirm_all(house)
    before = house.facts()
    assert house.ask("select distinct status from ops.deliveries") == [("loaded",)]
    house.rebuild()
    assert house.facts() == before


def test_of_two_contents_of_one_day_the_first_counts_once_it_is_confirmed(house: House) -> None:
    house.drop("state_visits/2015-01-01/1.xml", many(20))
    house.refresh()
    house.drop("state_visits/2016-01-01/1.xml", many(10))
    first = only(house.refresh())
    house.drop("state_visits/2016-01-01/1.xml", many(19))
    assert (first.status, only(house.refresh()).status) == (HELD, NEW)

    assert first.delivery_id is not None
    ingestion.confirm(house.settings, first.delivery_id)
    outcomes = {outcome.delivery_id: outcome for outcome in house.refresh().deliveries}
    assert outcomes.pop(first.delivery_id).status is NEW
    assert [outcome.status for outcome in outcomes.values() if outcome.status is not UNCHANGED] == [REFUSED]
    assert house.ask("select rows_found, status from ops.deliveries order by received_at") == [
        (20, "loaded"),
        (10, "loaded"),
        (19, "refused"),
    ]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def test_one_confirmation_has_all_loaded_that_only_shrank_with_it(house: House) -> None:
    for day, count in (("2015-01-01", 20), ("2016-01-01", 10), ("2017-01-01", 11), ("2018-01-01", 12)):
        house.drop(f"state_visits/{day}/1.xml", many(count))
    result = house.refresh()
    held = [outcome for outcome in result.deliveries if outcome.status is HELD]
    assert [outcome.paths[0][13:17] for outcome in held] == ["2016", "2017", "2018"]
    assert all("the release before it 20" in outcome.reason for outcome in held), "a second short file proves nothing"
    assert held[0].delivery_id is not None
    ingestion.confirm(house.settings, held[0].delivery_id)
    assert house.refresh().count(NEW) == 3
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


@pytest.mark.parametrize("seed", range(2))
def test_releases_stand_alike_in_any_order_and_however_often_they_are_replayed(
    house: House, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Releases of random sizes come in random parts; now and then one is confirmed, a run killed, all replayed."""
    chance = random.Random(seed)  # noqa: S311 - any order will do
    sizes = {f"{2010 + number}-01-01": chance.choice((0, 5, 10, 10, 19, 20, 21)) for number in range(5)}
    meant = set(chance.sample(sorted(sizes), 2))
    stands = []
    for _ in range(2):
        home = tmp_path_factory.mktemp("house")
        scratch = House(type(house.settings)(raw=home / "raw", home=home, settle_seconds=0))
        scratch.settings.raw.mkdir()
        days = chance.sample(sorted(sizes), len(sizes))
        while days:
            part, days = days[:2], days[2:] if chance.random() < 0.5 else days[1:]
            for day in part:
                scratch.drop(f"state_visits/{day}/1.xml", many(sizes[day]))
            scratch.refresh()
            confirm_all(scratch, meant)
            if chance.random() < 0.3:
                before = scratch.facts()
                scratch.rebuild()
                assert scratch.facts() == before
        confirm_all(scratch, meant)
        before = scratch.facts()
        scratch.rebuild()
        assert scratch.facts() == before
        stands.append(
            scratch.ask("select as_of, status, reason, rows_found, rows_accepted from ops.deliveries order by as_of")
        )
        again = House(type(house.settings)(raw=home / "none", home=home / "again", settle_seconds=0))
        restore(scratch, again, chance)
        assert again.facts() == before
    assert stands[0] == stands[1]
    assert any(row[1] == "loaded" for row in stands[0])


def confirm_all(house: House, days: Collection[str] | None = None) -> None:
    """Confirm what is held, or of that what is of some days, until nothing else is."""
    while True:
        house.refresh()
        held = [
            delivery_id
            for delivery_id, day in house.ask(
                "select delivery_id, as_of::date::varchar from ops.deliveries where status = 'held' order by all"
            )
            if days is None or day in days
        ]
        if not held:
            return
        ingestion.confirm(house.settings, held[0], clock=house.clock)


def restore(house: House, again: House, chance: random.Random) -> None:
    """Restore the archive of a house elsewhere, record by record in any order, and load what each brings."""
    again.settings.raw.mkdir(parents=True)
    shutil.copytree(house.settings.archive / "files", again.settings.archive / "files")
    records = sorted((house.settings.archive / "deliveries").iterdir())
    (again.settings.archive / "deliveries").mkdir()
    for record in chance.sample(records, len(records)):
        shutil.copy(record, again.settings.archive / "deliveries")
        again.refresh()


def test_the_first_release_may_not_be_empty_without_a_word(house: House) -> None:
    house.drop("state_visits/2015-10-01/1.xml", "<visits/>")
    assert only(house.refresh()).status is HELD


def test_a_quarantined_visit_is_there_and_does_not_shrink_a_release(house: House) -> None:
    house.drop("state_visits/2015-10-01/1.xml", many(100))
    house.refresh()
    house.drop("state_visits/2016-10-01/1.xml", many(100).replace("1874-12-12", "unknown", 20))
    assert only(house.refresh()).status is NEW


def test_a_held_release_is_loaded_once_it_is_confirmed_and_stays_so(house: House) -> None:
    house.drop("state_visits/2015-10-01/1.xml", many(100))
    house.refresh()
    house.drop("state_visits/2016-10-01/1.xml", many(10))
    held = only(house.refresh())
    assert held.status is HELD
    assert f"entente confirm {held.delivery_id}" in house.report("state_visits/2016-10-01/_report.txt")
    assert house.ask("select rows_read, rows_accepted from ops.deliveries where status = 'held'") == [(0, 0)]
    (again,) = [outcome for outcome in house.refresh().deliveries if outcome.standing == "held"]
    assert again.status is UNCHANGED

    assert held.delivery_id is not None
    ingestion.confirm(house.settings, held.delivery_id)
    assert only(house.refresh()).status is NEW
    assert house.ask("select count(*) from landing.state_visits") == [(110,)]
    assert "Accepted: 10 of 10 rows." in house.report("state_visits/2016-10-01/_report.txt")
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def test_only_a_delivery_can_be_confirmed(house: House) -> None:
    with pytest.raises(UnknownDeliveryError, match="nothing"):
        ingestion.confirm(house.settings, "nothing")


# Manifests


def test_a_manifest_says_what_a_file_does_not(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop(
        "meetings/a.csv.manifest.json",
        json.dumps(
            {
                "as_of": "2024-09-18T12:00:00+02:00",
                "dataset_key": "calendar",
                "publisher": "A ministry",
                "licence": "CC0",
                "mode": "snapshot",
                "completeness": "partial",
                "revision": 2,
                "query": {"year": 2024},
            }
        ),
    )
    house.refresh()
    assert house.ask(
        "select dataset_key, as_of::varchar, is_as_of_stated, mode, is_complete, revision, publisher, licence, "
        "json_extract_string(manifest, '$.query.year') from ops.deliveries"
    ) == [("calendar", "2024-09-18 10:00:00", True, "snapshot", False, 2, "A ministry", "CC0", "2024")]


def test_a_folder_manifest_speaks_for_its_files_and_a_file_manifest_for_one(house: House) -> None:
    house.drop("meetings/_manifest.yml", "publisher: A ministry\nlicence: CC0\n")
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/b.csv", meetings(meeting(2)))
    house.drop("meetings/b.csv.manifest.json", '{"licence": "CC BY 4.0"}')
    house.refresh()
    assert house.ask("select dataset_key, publisher, licence from ops.deliveries order by 1") == [
        ("a.csv", "A ministry", "CC0"),
        ("b.csv", "A ministry", "CC BY 4.0"),
    ]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("{", "not valid JSON"),
        ("[]", "no fields"),
        ('{"asof": "2024"}', "did you mean as_of"),
        ('{"as_of": "2024-13-01"}', "as_of is 2024-13-01"),
        ('{"as_of": "2024"}', "as_of is 2024"),
        ('{"as_of": null, "as_of": "2024-01-01"}', "twice"),
        ('{"mode": "everything"}', "one of append, snapshot, replace, extract"),
        ('{"revision": "first"}', "a whole number"),
        ('{"revision": -1}', "a whole number"),
        ('{"publisher": {"name": "x"}}', "a text"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_malformed_manifest_refuses_its_delivery_until_it_is_corrected(
    house: House, manifest: str | bytes, says: str
) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/b.csv", meetings(meeting(2)))
    house.drop("meetings/a.csv.manifest.json", manifest)
    outcomes = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert outcomes["meetings/b.csv"].status is NEW
    assert outcomes["meetings/a.csv"].status is REFUSED
    assert says in outcomes["meetings/a.csv"].reason
    assert {outcome.status for outcome in house.refresh().deliveries} == {UNCHANGED}

    house.drop("meetings/a.csv.manifest.json", '{"publisher": "A ministry"}')
    assert only(house.refresh()).status is NEW
    assert house.ask("select publisher from ops.deliveries where dataset_key = 'a.csv' and status = 'loaded'") == [
        ("A ministry",)
    ]


def test_a_manifest_added_later_says_more_about_the_same_delivery(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    first = only(house.refresh())
    house.drop("meetings/a.csv.manifest.json", '{"licence": "CC0"}')
    second = only(house.refresh())
    assert second.delivery_id == first.delivery_id
    assert house.ask("select licence from ops.deliveries") == [("CC0",)]
    assert house.ask("select count(*) from landing.meetings") == [(1,)]
    assert [o.status for o in house.refresh().deliveries] == [UNCHANGED]
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def test_a_manifest_broken_later_leaves_what_is_loaded_and_warns(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    house.drop("meetings/a.csv.manifest.json", "{")
    result = house.refresh()
    assert [outcome.status for outcome in result.deliveries] == [UNCHANGED]
    assert "not valid JSON" in result.warnings[0]
    assert house.ask("select count(*) from landing.meetings") == [(1,)]


def test_a_manifest_without_its_file_is_listed(house: House) -> None:
    house.drop("meetings/a.csv.manifest.json", "{}")
    house.drop("meetings/_manifest.yaml", "")
    result = house.refresh()
    assert {ignored.path for ignored in result.ignored} == {"meetings/a.csv.manifest.json", "meetings/_manifest.yaml"}


# Dossiers


def dossier(document: str = "doc-1", *, kind: str = "visit", ids: Sequence[str] = ("visit-1",)) -> str:
    lines = ["document: {id: " + document + ", kind: press_report, published: 2024-09?, language: en}", "meetings:"]
    for meeting_id in ids:
        lines += [
            f"  - id: {meeting_id}",
            f"    kind: {kind}",
            "    started: 2024-09?",
            "    participants:",
            "      - {person: Alexei Overchuk, represents: Russia, role: guest}",
        ]
    return "\n".join(lines if ids else lines[:1]) + "\n"


def test_a_dossier_lands_in_many_tables_as_one_delivery(house: House) -> None:
    house.drop("dossiers/a.yaml", dossier())
    outcome = only(house.refresh())
    assert (outcome.feed, outcome.dataset_key, outcome.rows_read, outcome.rows_rejected) == ("dossiers", "doc-1", 3, 0)
    assert outcome.rows_by_feed == {"documents": 1, "meetings": 1, "meeting_participants": 1}
    assert house.ask("select document_id, meeting_id, started, _row_number, _delivery_id from landing.meetings") == [
        ("doc-1", "visit-1", "2024-09?", 2, outcome.delivery_id)
    ]
    assert house.ask("select mode, is_complete, is_as_of_stated from ops.deliveries") == [("snapshot", True, False)]


def test_a_broken_fact_of_a_dossier_is_named_with_file_line_and_field(house: House) -> None:
    house.drop("dossiers/a.yaml", dossier(kind="vist"))
    outcome = only(house.refresh())
    assert (outcome.rows_read, outcome.rows_accepted, outcome.rows_rejected) == (3, 2, 1)
    ((feed, row, column, found, expected, raw, key),) = house.ask(
        "select feed, row_number, column_name, found, expected, raw_row, key_values from ops.rejected_rows"
    )
    assert (feed, row, column, found) == ("meetings", 2, "kind", "vist")
    assert expected.endswith("(line 4: meetings[0].kind)")
    assert "kind: vist" in raw
    assert json.loads(key) == {"meeting_id": "visit-1"}
    assert "(line 4: meetings[0].kind)" in house.report("dossiers/a.yaml.report.txt")


def test_a_dossier_field_of_the_wrong_shape_costs_its_fact(house: House) -> None:
    house.drop("dossiers/a.yaml", dossier().replace("kind: visit", "kind: [visit, call]"))
    outcome = only(house.refresh())
    assert outcome.rows_read == outcome.rows_accepted + outcome.rows_rejected
    assert outcome.rows_rejected == 1
    assert house.ask("select column_name from ops.rejected_rows") == [("kind",)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("meetings: []\n", "a block `document`"),
        ("document: {id: Doc 1}\n", "line 1, document.id"),
        ("document: {id: doc-1\n", "line"),
        ("document: {id: doc-1}\nmeting: []\n", "an unknown section"),
        ("document: {id: doc-1}\n".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_dossier_without_a_readable_document_is_refused_whole(house: House, content: str | bytes, says: str) -> None:
    house.drop("dossiers/a.yaml", content)
    outcome = only(house.refresh())
    assert outcome.status is REFUSED
    assert says in outcome.reason
    assert "a.yaml" in outcome.reason
    assert [o.status for o in house.refresh().deliveries] == [UNCHANGED]
    house.drop("dossiers/a.yaml", dossier())
    assert only(house.refresh()).status is NEW


def test_an_edited_dossier_is_a_new_version_even_where_it_lost_facts(house: House) -> None:
    house.drop("dossiers/a.yaml", dossier(ids=["visit-1", "visit-2", "visit-3"]))
    house.refresh()
    house.drop("dossiers/a.yaml", dossier(ids=["visit-1"]))
    assert only(house.refresh()).status is NEW
    house.drop("dossiers/a.yaml", dossier(ids=[]))
    assert only(house.refresh()).status is HELD


def test_a_dossier_that_is_moved_is_the_same_and_one_that_reverts_is_new(house: House) -> None:
    path = house.drop("dossiers/a.yaml", dossier())
    house.refresh()
    path.rename(path.with_name("b.yaml"))
    assert [outcome.status for outcome in house.refresh().deliveries] == [UNCHANGED]
    for ids in (["visit-2"], ["visit-1"]):
        house.drop("dossiers/b.yaml", dossier(ids=ids))
        assert only(house.refresh()).status is NEW
    assert house.ask("select count(*), count(distinct dataset_key) from ops.deliveries") == [(3, 1)]


def test_two_dossiers_of_one_document_are_not_loaded_by_turns(house: House) -> None:
    house.drop("dossiers/b.yaml", dossier(ids=["visit-1"]))
    house.refresh()
    house.drop("dossiers/a.yaml", dossier(ids=["visit-2"]))
    outcome = only(house.refresh())
    assert outcome.status is REFUSED
    assert "dossiers/b.yaml already is the dossier of document doc-1" in outcome.reason
    for _ in range(2):
        assert {o.status for o in house.refresh().deliveries} == {UNCHANGED}
    house.drop("dossiers/b.yaml", dossier(ids=["visit-3"]))
    assert only(house.refresh()).paths == ("dossiers/b.yaml",)
    (house.settings.raw / "dossiers/b.yaml").unlink()
    assert only(house.refresh()).status is NEW
    before = house.facts()
    house.rebuild()
    assert house.facts() == before


def test_dossiers_of_one_document_of_several_days_are_its_versions_in_any_order(house: House) -> None:
    house.drop("dossiers/2024-02-01/a.yaml", dossier(ids=["visit-2"]))
    house.drop("dossiers/2024-01-01/a.yaml", dossier(ids=["visit-1"]))
    house.drop("dossiers/2024-01-01/b.yaml", dossier(ids=["visit-3"]))
    result = house.refresh()
    (refused,) = (outcome for outcome in result.deliveries if outcome.status is REFUSED)
    assert refused.paths == ("dossiers/2024-01-01/b.yaml",)
    house.drop("dossiers/2023-12-01/a.yaml", dossier(ids=["visit-0"]))
    assert only(house.refresh()).status is NEW
    assert house.ask("select strftime(as_of, '%Y-%m') from ops.deliveries where status = 'loaded' order by as_of") == [
        ("2023-12",),
        ("2024-01",),
        ("2024-02",),
    ]
    assert {outcome.status for outcome in house.refresh().deliveries} == {UNCHANGED}


def test_many_dossiers_share_a_commit_and_a_broken_one_stays_alone(house: House) -> None:
    for number in range(30):
        house.drop(f"dossiers/{number:02}.yaml", dossier(f"doc-{number}", ids=[f"visit-{number}"]))
    house.drop("dossiers/05.yaml", "document: [")
    result = house.refresh()
    assert result.count(NEW) == 29
    assert result.count(REFUSED) == 1
    assert house.ask(
        "select count(*) from landing.meetings where 'doc-' || split_part(meeting_id, '-', 2) = document_id"
    ) == [(29,)]


# Saying so before


def test_check_says_what_the_report_would_say_and_loads_nothing(house: House, tmp_path: Path) -> None:
    content = meetings(meeting(1), "doc-1,meeting-2,vist,B,2024-13", "short")
    inside = house.drop("meetings/a.csv", content)
    outside = tmp_path / "elsewhere.csv"
    outside.write_text(content)

    checked = ingestion.check(house.settings, inside)
    assert ingestion.check(house.settings, outside, feed="meetings").splitlines()[1:] == checked.splitlines()[1:]
    assert not house.settings.warehouse.exists()
    assert not house.settings.archive.exists()
    house.refresh()
    report = house.report("meetings/a.csv.report.txt").splitlines()
    assert checked.splitlines()[:7] == report[:7]
    assert "Nothing was loaded" in checked


def test_check_reads_manifests_dossiers_and_folders(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/a.csv.manifest.json", '{"asof": 1}')
    assert "did you mean as_of" in ingestion.check(house.settings, house.settings.raw / "meetings/a.csv")
    house.drop("dossiers/a.yaml", dossier(kind="vist"))
    assert "(line 4: meetings[0].kind)" in ingestion.check(house.settings, house.settings.raw / "dossiers/a.yaml")
    house.drop("state_visits/2015-10-01/1.xml", visits(1, 2))
    assert "Accepted: 2 of 2 rows." in ingestion.check(house.settings, house.settings.raw / "state_visits/2015-10-01")
    assert "REFUSED" in ingestion.check(house.settings, house.drop("meetings/b.csv", "x;y\n"))


@pytest.mark.parametrize(
    ("path", "feed", "says"),
    [
        ("nowhere.csv", None, "There is no"),
        ("meetings/a.xlsm", None, "a workbook with macros is never read"),
        ("meetings/a.csv", "meeting", "No feed is called meeting"),
        ("state_visits/2015-10-01/1.xml", None, "delivered by folder"),
    ],
)
def test_check_says_clearly_what_it_cannot_check(house: House, path: str, feed: str | None, says: str) -> None:
    for name in ("meetings/a.csv", "meetings/a.xlsm", "state_visits/2015-10-01/1.xml"):
        house.drop(name, "x")
    with pytest.raises(ingestion.NotCheckableError, match=says):
        ingestion.check(house.settings, house.settings.raw / path, feed=feed)


def test_check_asks_which_feed_a_stray_file_is_for(house: House, tmp_path: Path) -> None:
    stray = tmp_path / "stray.csv"
    stray.write_text("x")
    with pytest.raises(ingestion.NotCheckableError, match=r"Which feed is stray\.csv for"):
        ingestion.check(house.settings, stray)


# The real visits


DAYS = ("2015-10-01", "2018-03-12", "2021-02-25", "2025-04-24")


def landed(house: House) -> object:
    return house.ask(
        "select as_of::varchar, columns(* exclude (_delivery_id, _loaded_at, delivery_id)) from "
        "(select state_visits.*, as_of, delivery_id from landing.state_visits join ops.deliveries on "
        "_delivery_id = delivery_id) order by all"
    )


@pytest.mark.realdata
@pytest.mark.slow
def test_the_real_visits_land_alike_in_any_order(
    house: House, realdata: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = realdata / "history_at_state" / "visits"
    orders: list[list[tuple[str, ...]]] = [[DAYS], [(day,) for day in DAYS], [(day,) for day in reversed(DAYS)]]
    shuffled = random.Random(2).choice(list(itertools.permutations(DAYS)))  # noqa: S311 - any order will do
    orders.append([shuffled[:2], shuffled[2:]])
    results = []
    for order in orders:
        home = tmp_path_factory.mktemp("house")
        scratch = House(type(house.settings)(raw=home / "raw", home=home, settle_seconds=0))
        scratch.settings.raw.mkdir()
        for days in order:
            for day in days:
                shutil.copytree(source / day, scratch.settings.raw / "state_visits" / day)
            result = scratch.refresh()
            assert result.count(NEW) == len(days)
        results.append(landed(scratch))
        counts = scratch.ask(
            "select as_of::date::varchar, rows_accepted, rows_rejected, file_count from ops.deliveries order by 1"
        )
        assert counts == [
            ("2015-10-01", 2708, 0, 15),
            ("2018-03-12", 2916, 0, 15),
            ("2021-02-25", 2986, 0, 15),
            ("2025-04-24", 3264, 0, 16),
        ]
        assert scratch.ask("select count(*), count(distinct sha256) from ops.files") == [(61, 53)]
    assert all(result == results[0] for result in results)
