"""The archive alone brings everything back: after the database is lost, after `raw/` was edited, from a backup."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from ingestion_house import House, meeting, meetings

from orchestration.ingestion import NothingToEraseError, erase
from orchestration.room import NoRoomError
from orchestration.settings import Settings


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
