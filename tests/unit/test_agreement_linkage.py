"""When two records of an agreement are one, by the parameters that the warehouse decides by."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import linkage as benchmark
from orchestration.identity import agreements
from orchestration.identity.linkage import (
    LEVELS,
    Agreement,
    Period,
    ScoredPair,
    about,
    compared_pairs,
    date_level,
    frozen_parameters,
    scored_pairs,
)
from orchestration.identity.titles import read_title
from orchestration.settings import PROJECT_ROOT

NAMES = {
    "iceland": "ISL", "peru": "PER", "norway": "NOR", "kingdom of norway": "NOR", "ghana": "GHA", "us": "USA",
    "united states": "USA", "slovakia": "SVK", "slovak republic": "SVK", "estonia": "EST", "ec": "european-union",
    "eu": "european-union",
}  # fmt: skip


def day(text: str) -> Period:
    return Period(date.fromisoformat(text), date.fromisoformat(text))


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31))


def record(id_: str, title: str, signed: Period | None = None, **known: object) -> Agreement:
    return replace(
        Agreement(id=id_, titles=(title,), documents=frozenset([f"document-of-{id_}"]), signed=signed),
        **known,  # type: ignore[arg-type]
    )


def verdict(*records: Agreement) -> str:
    """Return the verdict on the first two; the others are there too."""
    parameters = frozen_parameters()
    for pair in scored_pairs(records, NAMES, parameters):
        if {pair.id_a, pair.id_b} == {records[0].id, records[1].id}:
            return parameters.verdict(pair.score)
    return "unlikely"


def test_every_level_has_a_weight() -> None:
    weights = frozen_parameters().weights
    assert {aspect: set(levels) for aspect, levels in weights.items()} == {
        aspect: set(levels) for aspect, levels in LEVELS.items()
    }


def test_a_year_written_as_the_first_of_january_is_a_year() -> None:
    assert date_level(day("2003-01-01"), day("2003-05-13")) == "within"
    assert date_level(day("2003-01-01"), year(2003)) == "same_period"
    assert date_level(day("2003-05-13"), day("2003-05-13")) == "same_day"
    assert date_level(day("2003-05-06"), day("2003-06-05")) == "day_and_month_exchanged"
    assert date_level(day("2003-12-31"), day("2004-01-02")) == "next_year"
    assert date_level(day("2003-12-31"), None) == "one_unknown"


def test_titles_are_read_without_their_year_and_with_countries_as_codes() -> None:
    assert read_title("Iceland Peru1998", NAMES).words == ("iceland", "peru")
    assert read_title("The Second Protocol, Kingdom of Norway", NAMES).meaning == ("2", "=NOR", "protocol")
    assert read_title("Protocol II: Norway", NAMES).meaning == ("2", "=NOR", "protocol")


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Ghana Peru", "GhanaPeru"),
        ("Ghana US Environment", "GhanaUSEnvironment"),
        ("Iceland Estonia", "Icelandn Etsonia"),
        ("Common Economic Zone", "Common Economic Zone (CEZ)"),
        ("Peru Iceland Fisheries", "Iceland Peru Fisheries"),
        ("Norway Peru", "Kingdom Of Norway Peru"),
        ("Slovakia (Slovak Republic) Peru", "Slovakia Peru"),
    ],
)
def test_how_a_title_is_written_says_nothing(title: str, other: str) -> None:
    common = frozen_parameters().common_words
    assert read_title(title, NAMES).says_the_same(read_title(other, NAMES), common)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Bloc Peru", "Peru Bloc"),
        ("Slovakia Peru", "Slovak Republic Peru"),
        ("EC Peru", "EU Peru"),
        ("Icelandic Peru", "Iceland Peru"),
        ("Common Economic Zone", "Common Economic Zone (CEX)"),
    ],
)
def test_another_name_or_the_order_of_other_words_says_something(title: str, other: str) -> None:
    assert not read_title(title, NAMES).says_the_same(read_title(other, NAMES), frozen_parameters().common_words)


def test_an_adjective_is_no_misspelt_country() -> None:
    names = {"india": "IND", "peru": "PER"}
    assert read_title("Indian Ocean Peru", names).mentions == {"PER"}


def test_an_abbreviation_glued_to_a_year_is_a_level_of_its_own() -> None:
    assert read_title("Peru US2004", NAMES).is_glued_to_year
    assert not read_title("Peru US 2004", NAMES).is_glued_to_year
    assert not read_title("Peru EC2004", NAMES).is_glued_to_year
    assert not read_title("US Peru2004", NAMES).is_glued_to_year
    assert verdict(record("a", "Peru US2004", year(2004)), record("b", "Peru US", year(2004))) != "match"


def test_a_source_is_the_first_word_of_all_its_documents() -> None:
    parameters = replace(frozen_parameters(), known_sources=["careless", "careful"])
    assert parameters.source({"careless"}) == "careless"
    assert parameters.source({"Careless-2024", "careless/2025"}) == "careless"
    assert parameters.source({"careless", "careful"}) == "other"
    assert parameters.source({"carelessness"}) == "other"
    assert parameters.source(set()) == "other"


def test_two_sources_have_a_prior_and_others_an_average_one() -> None:
    parameters = replace(
        frozen_parameters(), known_sources=["careless", "careful"], source_pairs={"careful careless": -1.0},
        recurring_titles={"careless": -2.0},
    )  # fmt: skip
    assert parameters.prior("careful careless", recurs=False) == -1.0
    assert parameters.prior("careful careless", recurs=True) == -3.0
    assert parameters.prior("careless other", recurs=True) == -2.0
    assert parameters.prior("other other", recurs=True) == 0.0

    def score(document: str) -> float:
        records = [
            record("a", "Iceland Peru", day("1998-05-13")),
            replace(record("b", "Iceland Peru", day("1998-05-13")), documents=frozenset([document])),
        ]
        records[0] = replace(records[0], documents=frozenset(["careful"]))
        return next(iter(scored_pairs(records, NAMES, parameters))).score

    assert score("careless-2024") < score("unheard-of")


def test_what_is_known_of_sources_names_known_sources() -> None:
    parameters = frozen_parameters()
    known = set(parameters.known_sources)
    assert {source for pair in parameters.source_pairs for source in pair.split()} <= known
    assert set(parameters.recurring_titles) <= known
    assert set(parameters.overlaps) <= known


def test_a_source_that_sets_a_country_apart_needs_more_to_be_joined_there() -> None:
    parameters = replace(
        frozen_parameters(), known_sources=["careless"], source_pairs={}, recurring_titles={},
        overlaps={"careless": {"every": 0.25, "PER": -2.0, "1990s": -0.5}},
    )  # fmt: skip
    assert parameters.overlap(["careless:every", "careless:PER", "careless:1990s", "other:PER"]) == -2.25

    def score(title: str, document: str) -> float:
        records = [record("a", title, day("1998-05-13")), record("b", title, day("1998-05-13"), documents={document})]
        return next(iter(scored_pairs(records, NAMES, parameters))).score

    assert score("Iceland Peru", "careless-2024") < score("Iceland Norway", "careless-2024")
    assert score("Iceland Peru", "unheard-of") == score("Iceland Norway", "unheard-of")


def test_a_year_of_entry_into_force_that_repeats_the_signature_is_not_known() -> None:
    def level(signed: Period, in_force: Period) -> str:
        records = [
            record("a", "Iceland Peru", day("1998-05-13"), in_force=day("1999-03-01")),
            record("b", "Iceland Peru", signed, in_force=in_force),
        ]
        return next(iter(compared_pairs(records, NAMES, frozen_parameters())))[2]["in_force"]

    assert level(day("1998-01-01"), day("1998-01-01")) == "one_unknown"
    assert level(year(1998), year(1998)) == "one_unknown"
    assert level(day("1998-05-13"), day("1998-05-13")) == "next_year"
    assert level(day("1998-01-01"), day("1999-01-01")) == "within"


def test_one_agreement_of_two_sources_is_one_where_one_knows_only_the_year() -> None:
    assert (
        verdict(record("a", "Iceland Peru", day("1998-05-13")), record("b", "Iceland Peru1998", day("1998-01-01")))
        == "match"
    )


def test_the_order_of_the_parties_is_no_difference() -> None:
    one = record("a", "Iceland Peru", year(1998), in_force=year(1999))
    assert verdict(one, record("b", "Peru Iceland", day("1998-05-13"), in_force=day("1999-02-01"))) == "match"


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Iceland Peru Free Trade Agreement", "Iceland Peru Free Trade Agreement Additional Protocol"),
        ("Iceland Peru Protocol 1", "Iceland Peru Protocol 2"),
        ("Free Trade Area of the North", "Free Trade Area of the North Accession of Peru"),
        ("Iceland Peru Services", "Iceland Peru Investment"),
        ("Iceland Peru", "Iceland Norway"),
        ("Memorandum of understanding on fisheries", "Memorandum of understanding on aviation"),
    ],
)
def test_instruments_of_one_day_that_are_called_differently_stay_two(title: str, other: str) -> None:
    assert verdict(record("a", title, day("1998-05-13")), record("b", other, day("1998-05-13"))) != "match"


def test_the_same_title_years_later_is_another_agreement() -> None:
    assert (
        verdict(record("a", "Iceland Peru", day("1998-05-13")), record("b", "Iceland Peru", day("2008-02-01")))
        == "unlikely"
    )


def test_what_is_not_dated_is_for_a_person_to_join() -> None:
    assert verdict(record("a", "Iceland Peru"), record("b", "Iceland Peru")) != "match"
    assert verdict(record("a", "Iceland Peru", day("1998-05-13")), record("b", "Iceland Peru")) != "match"


def test_other_names_of_the_parties_are_a_near_miss_unless_the_parties_are_recorded() -> None:
    one = record("a", "Estonia Slovakia Free Trade Agreement", day("1996-05-28"), in_force=day("1998-03-13"))
    other = record("b", "Estonia Slovak Republic Free Trade Agreement", day("1996-05-28"), in_force=day("1998-03-13"))
    assert verdict(one, other) == "near_miss"
    parties = frozenset(["EST", "SVK"])
    assert verdict(replace(one, parties=parties), replace(other, parties=parties)) == "match"


BOTH = frozenset(["ISL", "PER"])


def test_recorded_parties_and_one_subject_make_up_for_another_wording() -> None:
    one = record("a", "Free Trade Agreement between Iceland and the Republic of Peru", day("1998-05-13"), parties=BOTH)
    other = record("b", "Iceland Peru", year(1998), parties=BOTH)
    assert verdict(one, other) == "match"
    assert verdict(replace(one, parties=frozenset()), replace(other, parties=frozenset())) != "match"


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Memorandum of understanding on economic cooperation", "Memorandum of understanding on trade cooperation"),
        ("Memorandum of understanding on fisheries", "Memorandum of understanding on fisheries research"),
        ("Agreement between Iceland and Peru on visas", "Agreement between Iceland and Peru on aviation"),
        ("Protocol 1 to the treaty of Lima", "Protocol 2 to the treaty of Lima"),
    ],
)
def test_what_two_states_sign_on_one_day_about_two_subjects_stays_two(title: str, other: str) -> None:
    one = record("a", title, day("1998-05-13"), parties=BOTH, place="lima")
    assert verdict(one, record("b", other, day("1998-05-13"), parties=BOTH, place="lima")) != "match"


def test_the_same_parties_conclude_one_agreement_after_another() -> None:
    one = record("a", "Iceland Peru", year(1998), parties=BOTH)
    assert verdict(one, record("b", "Iceland Peru", year(2000), parties=BOTH)) == "unlikely"
    assert verdict(one, record("b", "Iceland Peru", year(1999), parties=BOTH)) == "near_miss"
    register = frozenset(["register"])
    assert (
        verdict(
            replace(one, documents=register), record("b", "Iceland Peru", year(1998), parties=BOTH, documents=register)
        )
        != "match"
    )


def test_other_parties_are_never_one_agreement() -> None:
    one = record("a", "Agreement on fisheries", day("1998-05-13"), parties=frozenset(["ISL", "PER"]))
    other = record("b", "Agreement on fisheries", day("1998-05-13"), parties=frozenset(["NOR", "GHA"]))
    assert verdict(one, other) != "match"


def test_an_agreement_is_never_its_parent() -> None:
    one = record("a", "Iceland Peru", day("1998-05-13"))
    other = record("b", "Iceland Peru", day("1998-05-13"), parents=frozenset("a"))
    assert verdict(one, other) != "match"


def test_two_ids_of_one_document_are_two_unless_others_say_otherwise() -> None:
    document = frozenset(["register"])
    one = record("a", "Iceland Peru", day("1998-05-13"), documents=document)
    other = record("b", "Iceland Peru", day("1998-05-13"), documents=document)
    assert verdict(one, other) != "match"


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_no_order_of_records_matters(random: object) -> None:
    records = [
        record(f"{place}{number}", f"{place} {word}", day(f"199{number}-05-13"))
        for place, word, number in itertools.product(("Iceland Peru", "Peru Iceland"), ("", "Protocol 2"), range(3))
    ]
    records = [replace(each, id=str(number)) for number, each in enumerate(records)]
    before = list(scored_pairs(records, NAMES, frozen_parameters()))
    random.shuffle(records)  # type: ignore[attr-defined]
    assert list(scored_pairs(records, NAMES, frozen_parameters())) == before


def test_many_treaties_make_few_pairs_to_compare() -> None:
    names = {f"state{number}": f"S{number:03}" for number in range(50)}
    records = [
        record(
            str(number),
            f"State{number % 50} State{number // 50 % 50} agreement on cooperation in matter {number % 97}",
            day(f"{1950 + number % 70}-05-13"),
        )
        for number in range(2_000)
    ]
    compared = sum(1 for _ in compared_pairs(records, names, frozen_parameters()))
    assert compared < 5 * len(records)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_not_compared_at_length_would_not_have_been_kept(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    titles = ["Iceland Peru Fisheries", "Peru Iceland Fisheries", "Fisheries Protocol 2", "Norway Ghana", "Treaty", ""]
    dates = [None, day("1998-05-13"), day("1998-05-14"), day("1998-01-01"), day("1999-03-01"), day("2005-01-01")]
    documents = [f"{source}-{number}" for source in ("huggo", "desta", "register") for number in (1, 2)]
    records = [
        Agreement(
            id=str(number),
            titles=tuple(random.sample(titles, random.choice([0, 1, 1, 1, 2]))),
            documents=frozenset(random.sample(documents, random.choice([1, 1, 2]))),
            parties=frozenset(random.sample(["ISL", "PER", "NOR"], random.randrange(3))),
            signed=random.choice(dates),
            in_force=random.choice(dates),
            instrument=random.choice([None, "treaty", "protocol"]),
            place=random.choice([None, "lima", "oslo"]),
            parents=frozenset(["1"] if random.random() < 0.1 else []),
        )
        for number in range(60)
    ]
    parameters = frozen_parameters()
    compared = [(a, b, levels, parameters.score(levels)) for a, b, levels in compared_pairs(records, NAMES, parameters)]
    kept = [ScoredPair(*pair) for pair in compared if pair[-1] >= parameters.kept_from]
    assert list(scored_pairs(records, NAMES, parameters)) == kept
    assert 0 < len(kept) < len(compared)


def _profiles(agreements: Iterable[Agreement]) -> pa.Table:
    rows = [
        {
            "agreement_id": one.id,
            **{name: sorted(getattr(one, name)) for name in ("titles", "documents", "parties", "parents")},
            **{
                f"{step}_{bound}": getattr(getattr(one, step), bound, None)
                for step, bound in itertools.product(("signed", "in_force"), ("earliest", "latest"))
            },
            "instrument_type": one.instrument,
            "place": one.place,
        }
        for one in agreements
    ]
    listed = pa.list_(pa.string())
    types: dict[str, pa.DataType] = dict.fromkeys(("agreement_id", "instrument_type", "place"), pa.string())
    types |= dict.fromkeys(("titles", "documents", "parties", "parents"), listed)
    types |= dict.fromkeys(("signed_earliest", "signed_latest", "in_force_earliest", "in_force_latest"), pa.date32())
    return pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))


COUNTRY_NAMES = pa.Table.from_pylist(
    [
        {"normalised_name": name, "tier": 1, "country_code": code, "status": None}
        for name, code in NAMES.items()
        if code.isupper()
    ]
)
NO_ORGANIZATIONS = pa.schema([("text", pa.string()), ("organization_id", pa.string())]).empty_table()


def _rows(table: pa.Table) -> set[tuple[tuple[str, object], ...]]:
    return {tuple(row.items()) for row in table.to_pylist()}


@pytest.mark.parametrize("seed", range(20))
def test_pairs_that_are_scored_again_where_something_changed_are_those_of_all(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # blocks fill up and empty, and titles recur or no longer do
    parameters = replace(frozen_parameters(), largest_block={"title": 4, "word": 3, "parties": 5}, kept_from=0.01)
    monkeypatch.setattr(agreements, "frozen_parameters", lambda: parameters)
    random = Random(seed)  # noqa: S311
    titles = ["Iceland Peru Fisheries", "Peru Iceland Fisheries", "Iceland Peru herring", "Norway Ghana", "Treaty", ""]
    dates = [None, *(day(f"{year}-05-13") for year in range(1996, 2004)), day("1998-01-01"), day("1998-05-14")]
    documents = [f"{source}-{number}" for source in ("huggo", "desta", "register") for number in (1, 2)]

    def known(id_: int) -> Agreement:
        return Agreement(
            id=str(id_),
            titles=tuple(sorted(random.sample(titles, random.choice([0, 1, 1, 1, 2])))),
            documents=frozenset(random.sample(documents, random.choice([1, 1, 2]))),
            parties=frozenset(random.sample(["ISL", "PER", "NOR"], random.randrange(3))),
            signed=random.choice(dates),
            in_force=random.choice(dates),
            parents=frozenset(["1"] if random.random() < 0.1 else []),
        )

    there = {id_: known(id_) for id_ in range(40)}
    known_names = [
        (COUNTRY_NAMES, NO_ORGANIZATIONS),
        (COUNTRY_NAMES.slice(1), pa.Table.from_pylist([{"text": "herring", "organization_id": "herring-board"}])),
    ]
    names = known_names[0]
    moved = 0
    for _ in range(4):
        profiles = _profiles(there.values())
        read = agreements.reading_table(profiles, *names)
        before = agreements.match_table(profiles, read, *names)
        touched = random.sample(range(45), 3)
        for id_ in touched:
            if id_ in there and random.random() < 0.3:
                del there[id_]
            else:
                there[id_] = known(id_)
        now = _profiles(there.values())
        names = random.choice(known_names)
        read_now = agreements.reading_table(now, *names)
        ids = pa.table({"agreement_id": [str(id_) for id_ in touched]})
        went, came = (
            pa.Table.from_pylist([row for row in one.to_pylist() if row not in other.to_pylist()], schema=one.schema)
            for one, other in ((read, read_now), (read_now, read))
        )
        updated = agreements.updated_match(
            before,
            now,
            read_now,
            changed=ids,
            went=went,
            came=came,
            country_names=names[0],
            organization_names=names[1],
        )
        whole = agreements.match_table(now, read_now, *names)
        assert _rows(updated) == _rows(whole)
        assert len(updated) == len(whole)
        assert updated.schema == whole.schema
        moved += len(_rows(whole) ^ _rows(before))
    assert moved


def test_names_that_are_not_read_in_titles_change_nothing() -> None:
    profiles = _profiles([record("a", "Peru and Norge agreement"), record("b", "Norway Perou")])
    others = [
        {"normalised_name": "norge", "tier": 3, "country_code": "NOR", "status": None},
        {"normalised_name": "peru", "tier": 4, "country_code": "GHA", "status": None},
    ]
    more = pa.Table.from_pylist([*COUNTRY_NAMES.to_pylist(), *others])
    read = agreements.reading_table(profiles, COUNTRY_NAMES, NO_ORGANIZATIONS)
    assert agreements.reading_table(profiles, more, NO_ORGANIZATIONS) == read
    decided = pa.Table.from_pylist([*COUNTRY_NAMES.to_pylist(), {**others[0], "tier": agreements.LAST_TIER_READ}])
    assert agreements.reading_table(profiles, decided, NO_ORGANIZATIONS) != read


LABELS = """\
source,source_id,title,signature,force,cluster
ONE,1,Iceland Peru Fisheries,1998-05-13,1999-03-01,x
TWO,7,Iceland Peru Fisheries1998,1998-01-01,1998-01-01,x
ONE,2,Norway Ghana,2001-02-03,,y
TWO,8,Norway Ghana2001,2001,,y
ONE,3,Norway Ghana,2011-02-03,,z
TWO,9,Norway Ghana,2011-02-03,,other
"""


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(LABELS, encoding="utf-8")
    return path


def test_the_judge_counts_pairs_by_source_and_lists_false_merges(labels: Path) -> None:
    rows = benchmark.labelled_rows(labels)
    parameters = frozen_parameters()
    scores: Mapping[tuple[str, str], float] = {
        (pair.id_a, pair.id_b): pair.score for pair in scored_pairs([row.agreement for row in rows], NAMES, parameters)
    }
    lines = list(benchmark.report(rows, benchmark.clustered_pairs(scores, parameters)))
    assert lines[0] == "all pairs: precision 0.6667  recall 1.0000  (2 right, 1 false, 2 true)"
    assert lines[1].startswith("  ONE TWO ")
    assert "one-3: Norway Ghana (2011-02-03; -)  |  two-9: Norway Ghana (2011-02-03; -)" in lines[-1]


def test_what_a_source_sets_apart_is_learned_where_its_lone_rows_have_their_like(tmp_path: Path) -> None:
    said = []
    for number in range(40):
        # all of one source have company but for those of Peru, which look like the other's; the third source is alone
        country, cluster = ("Peru", "p") if number % 2 else ("Ghana", "g")
        title, signed = f"Norway {country} {chr(97 + number)}x", f"{1980 + number}-05-13"
        alone = country == "Peru"
        said.append(f"ONE,{number},{title},{signed},,{cluster}{number}{'-one' if alone else ''}")
        said.append(f"TWO,{number},{title},{signed},,{cluster}{number}")
        said.append(f"TWO,{number},{title} again,{signed},,{cluster}{number}")
        said.append(f"THREE,{number},Estonia {chr(97 + number)}y,{signed},,lone{number}")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["source,source_id,title,signature,force,cluster", *said]), encoding="utf-8")
    rows = benchmark.labelled_rows(path)
    parameters = replace(frozen_parameters(), known_sources=["one", "two", "three"])
    pairs = {(a, b): levels for a, b, levels in compared_pairs([row.agreement for row in rows], NAMES, parameters)}
    found = benchmark.overlaps(rows, pairs, NAMES)
    assert set(found) == {"one"}
    assert found["one"]["PER"] < -1 < 1 < found["one"]["GHA"]
    average = [
        replace(parameters, overlaps=found).overlap(about("one", {"NOR", country}, row.agreement.signed))
        for row in rows
        if row.source == "ONE"
        for country in ["PER" if "Peru" in row.title else "GHA"]
    ]
    assert sum(average) / len(average) == pytest.approx(0, abs=0.01)


@pytest.mark.realdata
def test_labelled_agreements_are_recognised_as_well_as_the_documentation_says() -> None:
    labels = Path(os.environ.get("ENTENTE_REALDATA") or PROJECT_ROOT.parent / "shared" / "data")
    labels = labels / "labelled_agreements" / "dev.csv"
    if not labels.is_file():
        pytest.skip(f"the labelled agreements are not there: {labels}")
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.linkage", str(labels), "--cross-validate"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    overall = next(line for line in said.splitlines() if line.startswith("all pairs"))
    precision, recall = float(overall.split()[3]), float(overall.split()[5])
    assert precision > 0.98, overall
    assert recall > 0.90, overall
