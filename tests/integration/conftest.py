"""What the tests of the whole may ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ingestion_house import House

from orchestration.settings import Settings


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house without the tables of countries, which take seconds to make and play no part in ingestion."""
    monkeypatch.setattr("orchestration.ingestion.refreshing.load_reference", lambda *_, **__: False)
    return House(settings)


@pytest.fixture
def other_house(house: House, tmp_path: Path) -> House:
    """A second one, to compare with."""
    return House(replace(house.settings, raw=tmp_path / "other" / "raw", home=tmp_path / "other" / "home"))
