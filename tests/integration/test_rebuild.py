"""The archive alone brings everything back: after the database is lost, after `raw/` was edited, from a backup."""

from __future__ import annotations

import shutil
from dataclasses import replace

import duckdb
import pytest
from ingestion_house import House, meeting, meetings

from orchestration.ingestion import NothingToEraseError, erase
from orchestration.room import NoRoomError
from orchestration.settings import Settings
from orchestration.transformation.building import BuildOutcome, NodeOutcome
from orchestration.transformation.plan import Plan
from orchestration.transformation.star import refresh_star
from orchestration.transformation.updating import CannotUpdateError


def fill(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1), meeting(2, title="Another visit")))
    house.drop("meetings/b.csv", meetings(meeting(3), "doc-1,meeting-4,visit,No such day,2024-09-31"))
    house.refresh()
    house.drop("meetings/a.csv", meetings(meeting(1, title="A corrected title")))
    house.refresh()


def test_a_lost_database_is_rebuilt_as_it_was_whatever_became_of_raw(house: House) -> None:
    fill(house)
    before = house.facts()
    shutil.rmtree(house.settings.raw)
    house.settings.raw.mkdir()
    house.drop("meetings/b.csv", meetings(meeting(9, title="Edited afterwards")))
    house.settings.warehouse.unlink()
    house.rebuild()
    assert house.facts() == before


def test_a_backup_of_the_archive_is_enough_for_another_machine(house: House) -> None:
    fill(house)
    before = house.facts()
    elsewhere = House(
        Settings(raw=house.settings.raw.parent / "empty", home=house.settings.home / "elsewhere", settle_seconds=0.0)
    )
    elsewhere.settings.raw.mkdir()
    shutil.copytree(house.settings.archive, elsewhere.settings.archive)
    elsewhere.refresh()
    assert elsewhere.facts() == before


def test_a_file_that_is_damaged_in_the_archive_is_told_and_loads_again_from_the_backup(house: House) -> None:
    fill(house)
    before = house.facts()
    ((sha256,),) = house.ask("select sha256 from ops.files where original_path = 'meetings/b.csv'")
    archived = house.settings.archive / "files" / sha256[:2] / sha256
    content = archived.read_bytes()
    archived.chmod(0o644)
    archived.write_bytes(content.replace(b"visit", b"VISIT"))
    (outcome,) = (found for found in house.rebuild().deliveries if found.reason)
    assert "is damaged in the archive" in outcome.reason
    assert "restore the archive from its backup" in outcome.reason
    archived.write_bytes(content)
    house.rebuild()
    assert house.facts() == before


def holds(house: House, text: bytes) -> list[str]:
    """Return the files of the installation that hold a text."""
    return [path.name for path in house.settings.home.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_what_is_erased_is_in_no_file_any_more_and_does_not_come_back(house: House) -> None:
    fill(house)
    path = house.drop("meetings/private.csv", meetings(meeting(7, title="Somebody private")))
    house.refresh()
    assert len(holds(house, b"Somebody private")) == 2, "archive and database"
    path.unlink()
    assert len(erase(house.settings, "raw/meetings/private.csv", reason="a takedown", clock=house.clock)) == 1
    house.refresh()
    assert holds(house, b"Somebody private") == []
    assert house.ask("select meeting_id from landing.meetings order by all") == [
        ("meeting-1",), ("meeting-1",), ("meeting-2",), ("meeting-3",),
    ]  # fmt: skip
    house.drop("meetings/again.csv", meetings(meeting(7, title="Somebody private")))
    (outcome,) = (found for found in house.refresh().deliveries if found.paths == ("meetings/again.csv",))
    assert outcome.status == "refused"
    assert "erased on 2026-01-01: a takedown" in outcome.reason
    assert holds(house, b"Somebody private") == []


def test_every_version_that_lay_at_a_path_is_erased_and_a_path_that_never_was_is_told(house: House) -> None:
    fill(house)
    (house.settings.raw / "meetings" / "a.csv").unlink()
    assert len(erase(house.settings, "meetings/a.csv", reason="a takedown")) == 2
    house.refresh()
    assert house.ask("select meeting_id from landing.meetings") == [("meeting-3",)]
    with pytest.raises(NothingToEraseError, match=r"meetings/z\.csv"):
        erase(house.settings, "meetings/z.csv", reason="a takedown")


def test_a_disk_that_is_nearly_full_is_told_before_anything_is_begun(house: House) -> None:
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    roomy = house.settings
    house.settings = replace(roomy, keep_free_bytes=1 << 62)
    with pytest.raises(NoRoomError, match="Make room and run again"):
        house.refresh()
    assert not house.settings.archive.exists()
    house.settings = roomy
    assert house.refresh().rows_accepted == 1
    assert path.exists()


def star_of(house: House, monkeypatch: pytest.MonkeyPatch, *messages: str) -> list[list[tuple[object, ...]]]:
    """Build with a dbt that finds damage as often as there are messages; return what it found landed at each build."""
    landed: list[list[tuple[object, ...]]] = []
    left = list(messages)

    def build(*_: object, **__: object) -> BuildOutcome:
        landed.append(house.ask("select meeting_id, title from landing.meetings order by all"))
        node = NodeOutcome(
            unique_id="model.entente.fct_meeting", name="fct_meeting", kind="model",
            status="error" if left else "success", seconds=0.0, failures=None, message=left.pop(0) if left else "OK",
            speaks_of=(), compiled_sql=None,
        )  # fmt: skip
        return BuildOutcome(nodes=(node,), seconds=0.0)

    monkeypatch.setattr("orchestration.transformation.star.prepare_plan", lambda **_: None)
    monkeypatch.setattr("orchestration.transformation.star.build_star", build)
    return landed


DAMAGE = (
    "Runtime Error in model fct_meeting\n  Corrupt database file: computed checksum 1 does not match stored checksum 2"
)


def test_a_damage_that_only_dbt_finds_is_mended_from_the_archive_in_the_same_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house)
    before = house.facts()
    landed = star_of(house, monkeypatch, DAMAGE)
    star = refresh_star(house.settings, run_id="a-run", log=house.log.append)
    assert star.build.is_publishable
    assert len(landed) == 2
    assert landed[0] == landed[1]
    assert house.facts() == before
    (aside,) = house.settings.warehouse.parent.glob("*.unreadable-*.duckdb")
    assert any(aside.name in line and "checksum" in line for line in house.log)


@pytest.mark.parametrize("how_often", [1, 2])
def test_a_damage_that_what_dbt_compiled_comes_upon_is_mended_without_asking_dbt(
    how_often: int, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house)
    before = house.facts()
    landed: list[list[tuple[object, ...]]] = []

    def build_whole(connection: duckdb.DuckDBPyConnection, *_: object, **__: object) -> BuildOutcome:
        landed.append(connection.execute("select meeting_id, title from landing.meetings order by all").fetchall())
        if len(landed) <= how_often:
            raise CannotUpdateError("fct_meeting") from duckdb.IOException(DAMAGE)
        return BuildOutcome(nodes=(), seconds=0.0)

    monkeypatch.setattr("orchestration.transformation.star.prepare_plan", lambda **_: Plan("a", {}, (), ()))
    monkeypatch.setattr("orchestration.transformation.star.build_whole", build_whole)
    monkeypatch.delattr("orchestration.transformation.star.build_star")
    if how_often == 1:
        assert refresh_star(house.settings, run_id="a-run", log=house.log.append).build.is_publishable
    else:
        with pytest.raises(duckdb.IOException, match="Corrupt database file"):
            refresh_star(house.settings, run_id="a-run", log=house.log.append)
    assert landed == [landed[0]] * 2
    assert house.facts() == before
    (aside,) = house.settings.warehouse.parent.glob("*.unreadable-*.duckdb")
    assert any(aside.name in line and "checksum" in line for line in house.log)


def test_a_damage_that_stays_is_told_and_not_tried_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(house)
    landed = star_of(house, monkeypatch, DAMAGE, DAMAGE)
    star = refresh_star(house.settings, run_id="a-run", log=house.log.append)
    assert not star.build.is_publishable
    assert "Corrupt database file" in star.build.failures[0]
    assert len(landed) == 2


def test_a_model_that_is_wrong_is_no_damage(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(house)
    landed = star_of(house, monkeypatch, "Binder Error: no column is called x")
    assert not refresh_star(house.settings, run_id="a-run", log=house.log.append).build.is_publishable
    assert len(landed) == 1
    assert list(house.settings.warehouse.parent.glob("*.unreadable-*")) == []


def test_another_version_of_a_contract_loads_the_archive_anew_as_if_it_had_always_been_so(house: House) -> None:
    fill(house)
    meetings_of = house.registry["meetings"]
    titled = replace(
        meetings_of,
        columns=tuple(
            replace(column, pattern="[A-Z].*visit") if column.name == "title" else column
            for column in meetings_of.columns
        ),
    )
    newer = {**house.registry, "meetings": titled}
    house.registry = newer
    house.refresh()
    moved = house.facts()
    assert house.ask("select column_name from ops.rejected_rows order by all") == [
        ("started",), ("title",), ("title",),
    ]  # fmt: skip
    fresh = House(
        Settings(raw=house.settings.raw, home=house.settings.home / "fresh", settle_seconds=0.0), registry=newer
    )
    shutil.copytree(house.settings.archive, fresh.settings.archive)
    fresh.refresh()
    assert fresh.facts() == moved
