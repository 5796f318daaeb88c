"""Random histories: deliveries of many feeds that contradict, correct, repeat, withdraw and break what others say.

Belongs here: what is delivered. Does not belong here: in which order, and what must come out of it. Every history has
ids of its own, so that one warehouse holds many independent examples; the data sets that others publish whole have
something of every history in each release. Whatever could decide between two claims has a date of its own (the row's
`recorded_at`, the release's folder), since what is dated by its receipt alone is true of one order of receipt only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from orchestration.contracts import FEEDS
from tests import gdelt_files, trade_files

COUNTRIES = ("Iceland", "iso3:MLT", "Malta", "Norway", "NOR", "Atlantis", "Congo", "Example Union")
DATES = (
    "", "2018", "2018-05", "2018-05-02", "2018-05-02~", "2018-05-17?", "[2018-05-01..2018-06-03]", "2018-05/2018-07",
    "2018-06-03", "2019", "2019-01-07", "2019-02", "[..2019]", "2020-03/..", "2021-11-30", "2033-03-01", "2018-13-01",
)  # fmt: skip
PERIODS = ("2018", "2019", "2019-03", "2018-01/2018-06", "2019-13")
RELEASES = ("2021-01-05", "2022-01-05", "2023-01-05", "2024-01-05")
COMMON = ("document_id", "locator", "recorded_at", "fact_id", "modality", "confidence", "retracted")
FILES_OF_A_FEED = 3
RECORDING_BEGINS = datetime(2024, 2, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone


@dataclass
class World:
    """All that is delivered: files below `raw/`, by path. A path's files with one key lie together."""

    files: dict[str, bytes] = field(default_factory=dict)

    def deliveries(self) -> list[list[str]]:
        """Return the paths of each delivery: a file with its manifest, or the folder of a release."""
        together: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files):
            feed, _, rest = path.partition("/")
            is_folder = FEEDS[feed].is_folder_delivery
            together[f"{feed}/{rest.partition('/')[0]}" if is_folder else path.removesuffix(".manifest.json")].append(
                path
            )
        return list(together.values())


def world(seed: int, histories: int) -> World:
    """Return the deliveries of some histories, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - examples, not secrets
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    made = World()
    for number in range(histories):
        _native(f"h{number}", random, rows)
        _dossier(f"h{number}", random, made)
    for feed, found in rows.items():
        _write_native(feed, found, random, made)
    _visits(histories, random, made)
    _travels(histories, random, made)
    _desta(histories, random, made)
    _baci(random, made)
    _comtrade(random, made)
    _rates(random, made)
    _coded(random, made)
    _decisions(histories, Random(f"{seed} decisions"), made)  # noqa: S311 - examples, not secrets
    return made


class _Recorder:
    """Adds rows of one history, each recorded at a moment of its own."""

    def __init__(self, name: str, random: Random, rows: dict[str, list[dict[str, str]]]):
        self.name = name
        self.random = random
        self.rows = rows
        self.minutes = random.sample(range(60 * 24 * 300), 400)

    def one_of(self, *values: str) -> str:
        return self.random.choice(values)

    def add(self, feed: str, **cells: str) -> None:
        """Add a row, now and then taken back, said once more, hypothetical or with an id of its fact."""
        moment = RECORDING_BEGINS + timedelta(minutes=self.minutes.pop())
        row = {
            "document_id": f"doc-{self.name}-{self.random.randrange(1, 5)}",
            "locator": self.one_of("", "p1", "p2"),
            "recorded_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "modality": self.one_of("", "", "", "inferred", "hypothetical", "negated"),
            "confidence": self.one_of("", "", "0.5"),
            "retracted": self.one_of("", "", "", "", "", "", "true"),
        } | cells
        self.rows[feed].append(row)
        if self.random.random() < 0.15:
            later = RECORDING_BEGINS + timedelta(minutes=self.minutes.pop())
            self.rows[feed].append(
                row | {"recorded_at": f"{later:%Y-%m-%dT%H:%M:%SZ}", "retracted": self.one_of("", "true")}
            )


def _native(name: str, random: Random, rows: dict[str, list[dict[str, str]]]) -> None:
    recorder = _Recorder(name, random, rows)
    one_of, add = recorder.one_of, recorder.add

    def some(least: int, most: int) -> range:
        return range(random.randint(least, most))

    for number in range(1, 4):  # the fourth document is never delivered
        for _ in some(1, 2):
            add(
                "documents",
                document_id=f"doc-{name}-{number}",
                kind=one_of("treaty_text", "official_statement", "press_report"),
                publisher=one_of("Agency", "Gazette"),
                title=one_of("A title", "Another title"),
                published=one_of("", "2018-06", "2019-02-03", "2020"),
                derived_from=one_of("", "", f"doc-{name}-1", f"doc-{name}-2"),
            )
    agreements = [f"{name}-pact-{letter}" for letter in "ab"]
    meetings = [f"{name}-meeting-{letter}" for letter in "ab"]
    for agreement in agreements:
        for _ in some(0, 3):
            add(
                "agreements",
                agreement_id=agreement,
                title=one_of("A pact on", "The pact on", "Pact of fish and") + f" {_word(agreement)}",
                instrument_type=one_of("treaty", "memorandum_of_understanding", "protocol"),
                is_binding=one_of("", "true", "false"),
                place=one_of("", "Reykjavik", "Valletta"),
                parent_agreement_id=one_of("", agreements[0]),
            )
        for _ in some(1, 4):
            add("agreement_parties", agreement_id=agreement, party=one_of(*COUNTRIES), role=one_of("", "depositary"))
        for _ in some(2, 8):
            add(
                "agreement_events",
                agreement_id=agreement,
                party=one_of("", "", *COUNTRIES[:4]),
                event=one_of(
                    "proposed", "signed", "signed", "ratified", "entered_into_force", "suspended", "suspension_lifted",
                    "ratification_withdrawn", "withdrawn", "terminated", "denounced", "extended", "signature_withdrawn",
                ),
                occurred=one_of(*DATES),
                effective=one_of("", "", *DATES),
            )  # fmt: skip
    for meeting in meetings:
        for _ in some(0, 3):
            add(
                "meetings",
                meeting_id=meeting,
                kind=one_of("visit", "summit"),
                title=one_of("A meeting", "The meeting"),
                started=one_of(*DATES),
                ended=one_of("", *DATES),
                country=one_of("", *COUNTRIES),
                place=one_of("", "Oslo"),
                parent_meeting_id=one_of("", "", meetings[0]),
            )
        for _ in some(0, 2):
            add("meeting_events", meeting_id=meeting, event=one_of("planned", "postponed", "cancelled", "held"),
                occurred=one_of(*DATES))  # fmt: skip
        for _ in some(0, 3):
            add(
                "meeting_participants",
                meeting_id=meeting,
                person=one_of("", f"Person {name}", f"person-{name}", f"Alias {name}"),
                office=one_of("", "Minister", "Envoy"),
                represents=one_of(*COUNTRIES),
                role=one_of("host", "guest", "chair"),
            )
    for _ in some(0, 3):
        add("people", person_id=f"person-{name}", name=f"Person {name}", office=one_of("Minister", "Envoy"),
            represents=one_of(*COUNTRIES), held=one_of("", "2018/2020", "2019/.."))  # fmt: skip
    union = f"{name}-union"
    for _ in some(0, 2):
        add("organizations", organization_id=union, name=f"Union {name}", kind=one_of("bloc", "intergovernmental"),
            country=one_of("", "Iceland"))  # fmt: skip
    for _ in some(2, 8):
        add(
            "memberships",
            organization=one_of(union, f"Union {name}"),
            member=one_of(*COUNTRIES[:6]),
            event=one_of("applied", "invited", "observer", "joined", "suspended", "reinstated", "expelled", "withdrew"),
            occurred=one_of(*DATES),
        )
    for _ in some(0, 6):
        add("membership_lists", organization=union, valid_on=one_of("2017-01-01", "2019-01-01", "2021-01-01"),
            member=one_of(*COUNTRIES[:6]), status=one_of("", "member", "observer"))  # fmt: skip
    for letter in "ab":
        for _ in some(0, 2):
            add(
                "statements",
                statement_id=f"{name}-statement-{letter}",
                speaker=one_of(f"Person {name}", f"person-{name}"),
                on_behalf_of=one_of("", *COUNTRIES),
                made=one_of(*DATES),
                meeting_id=one_of("", *meetings),
                stance=one_of("supports", "opposes", "reaffirms", "denies"),
                target_kind="agreement",
                target_id=one_of(*agreements),
            )
    for _ in some(0, 4):
        add(
            "projects",
            project_id=f"{name}-mill",
            name=one_of("Mill", "The mill"),
            country=one_of(*COUNTRIES),
            event=one_of("proposed", "agreed", "under_construction", "suspended", "cancelled"),
            occurred=one_of(*DATES),
            capacity=one_of("", "3", "4.5"),
            unit="km",
        )
    for _ in some(0, 6):
        add(
            "indicators",
            indicator=f"{name.replace('-', '_')}_share",
            country_a=one_of("Iceland", "Malta"),
            country_b=one_of("", "Norway"),
            period=one_of(*PERIODS),
            operator=one_of("=", "<", "<=", ">", ">=", "~"),
            value=one_of("15", "20", "80", "twenty"),
            unit="percent",
        )
    for _ in some(0, 5):
        add(
            "trade_observations",
            reporter=one_of("", "", "Iceland"),
            country_a=one_of("Iceland", "Malta"),
            country_b=one_of("Norway", "Malta"),
            direction=one_of("export", "import", "total"),
            period=one_of(*PERIODS),
            operator=one_of("=", ">=", "~"),
            value=one_of("1000", "2000000"),
            currency=one_of("USD", "NOK"),
            unit="money",
            fact_id=one_of("", f"{name}-figure"),
        )
    for _ in some(0, 2):
        add("exchange_rates", currency="NOK", per="USD", period=one_of("2018", "2019"), rate=one_of("8.1", "9"),
            kind=one_of("average", "end"), document_id=f"doc-{name}-1")  # fmt: skip
    for _ in some(0, 3):
        add("links", subject_kind="agreement", subject_id=one_of(*agreements), object_kind="meeting",
            relation=one_of("concluded_at", "discussed_at"), object_id=one_of(*meetings))  # fmt: skip
    for _ in some(0, 2):
        add("topics", subject_kind=one_of("agreement", "meeting"), subject_id=one_of(agreements[0], meetings[0]),
            topic=one_of("defence", "clean-energy", "no-such-topic"))  # fmt: skip
    for _ in some(0, 2):
        add("aliases", kind="person", id=f"person-{name}", alias=one_of(f"Alias {name}", f"Person {name}"))
    for _ in some(0, 3):
        add("external_ids", kind="agreement", id=one_of(*agreements), scheme="unts", value=one_of(name, f"{name}x"))
    for _ in some(0, 2):
        day, hour, minute = random.randrange(10, 28), random.randrange(10), random.randrange(10, 60)
        add(
            "decisions",
            document_id="",
            kind=one_of("agreement", "meeting"),
            id_a=one_of(agreements[0], meetings[0]),
            id_b=one_of(agreements[1], meetings[1]),
            same=one_of("true", "false"),
            modality="",
            retracted=one_of("", "", "true"),
            decided_at=f"2024-05-{day}T0{hour}:{minute}:00Z",
        )


def _decisions(histories: int, random: Random, made: World) -> None:
    """Merge, cut and merge again what the histories tell of, and take some of it back."""
    columns = "kind,id_a,id_b,same,decided_at,recorded_at,retracted,reason\n"
    for part in range(3):
        rows = ""
        for number in range(histories):
            for kind, name in (("agreement", "pact"), ("meeting", "meeting")):
                if random.random() < 0.3:
                    continue
                ids = random.sample([f"h{number}-{name}-a", f"h{number}-{name}-b", f"h{number + 1}-{name}-a"], 2)
                decided, recorded = (
                    f"2024-{random.randrange(2, 12):02}-{random.randrange(1, 28):02}T{random.randrange(10, 24)}:00:00Z"
                    for _ in range(2)
                )
                same, retracted = random.choice(("true", "true", "false")), random.choice(("", "", "", "true"))
                rows += f"{kind},{','.join(ids)},{same},{decided},{recorded},{retracted},Decision {part}.{number}.\n"
        made.files[f"decisions/part-{part}.csv"] = (columns + rows).encode()


def _write_native(feed: str, rows: list[dict[str, str]], random: Random, made: World) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    parts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        part = random.randrange(FILES_OF_A_FEED)
        # some files say of what day they are, the others are of the day of their receipt
        parts[f"{feed}/2024-01-{10 + part}/facts.csv" if part else f"{feed}/facts.csv"].append(row)
    for path, found in parts.items():
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(found)
        made.files[path] = text.getvalue().encode()


def _word(agreement: str) -> str:
    """Return a word of its own: histories are apart only where no agreement of one is taken for one of another."""
    return hashlib.sha256(agreement.encode()).hexdigest()[:12].translate(str.maketrans("0123456789", "ghijklmnop"))


def _dossier(name: str, random: Random, made: World) -> None:
    for release in random.sample(RELEASES, random.randint(1, 2)):
        dated = "" if random.random() < 0.5 else f"  published: {random.choice(('2020-05', '2020-05-06'))}\n"
        agreements = [
            f"  - {{id: {agreement}, title: {random.choice(('A pact on', 'A compact on'))} {_word(agreement)}, "
            f"instrument_type: treaty, "
            f"parties: [Iceland, {random.choice(('Malta', 'Norway'))}], "
            f"events: [{{event: signed, occurred: {random.choice(('2018', '2018-05-02', '2019'))}}}]}}\n"
            for agreement in (f"{name}-pact-a", f"{name}-treaty")
            if random.random() < 0.7
        ]
        memberships = [
            f"  - {{organization: {name}-union, member: {member}, event: joined, occurred: '2018'}}\n"
            for member in ("Iceland", "Malta")
            if random.random() < 0.6
        ]
        # decisions make one of what several histories tell of: two dossiers of one release must not decide by receipt,
        # and a later version is recorded later
        moment = int(hashlib.sha256(f"{name} {release}".encode()).hexdigest(), 16) % 100_000
        recorded = RECORDING_BEGINS + timedelta(minutes=100_000 * RELEASES.index(release) + moment)
        text = f"recorded_at: {recorded:%Y-%m-%dT%H:%M:%SZ}\n"
        text += f"document:\n  id: dossier-{name}\n  kind: official_statement\n{dated}"
        text += "agreements:\n" + "".join(agreements) if agreements else ""
        text += "memberships:\n" + "".join(memberships) if memberships else ""
        made.files[f"dossiers/{release}/{name}.yaml"] = text.encode()


def _visits(histories: int, random: Random, made: World) -> None:
    for release in RELEASES:
        for part in range(2):
            visits = ""
            for number in range(part, histories * 2, 2):
                if random.random() < 0.2:
                    continue
                start = random.choice(("1990-01-02", "1990-01-02", "1990-01-03", "1990-02-30"))
                visitor = random.choice(("Prime Minister A. Example", "Prime Minister A. Example", "President B."))
                country = random.choice(("Malta", "Malta", "Atlantis"))
                visits += (
                    f"<visit><id>{number if random.random() < 0.9 else number + 1}</id><start-date>{start}</start-date>"
                    f"<end-date>{random.choice(('1990-01-05', '1990-01-06'))}</end-date>"
                    f'<visitor>{visitor} {number}</visitor><from id="malta">{country}</from>'
                    "<description>Met.</description></visit>"
                )
            made.files[f"state_visits/{release}/{part}.xml"] = f"<visits>{visits}</visits>".encode()


def _travels(histories: int, random: Random, made: World) -> None:
    for release in RELEASES[:3]:
        for role in ("president", "secretary"):
            trips = ""
            for number in range(histories):
                if random.random() < 0.2:
                    continue
                given = number + random.choice((0, 0, 0, 1))
                start = random.choice(("1991-02-01", "1991-02-01", "1991-02-03", "soon"))
                trips += (
                    f'<trip who="person-{number}" role="{role}"><id>{given}</id><role>{role}</role>'
                    f"<name>Person {number}</name><start-date>{start}</start-date><end-date>1991-02-05</end-date>"
                    f'<country id="oman">Oman</country><locale>{random.choice(("Muscat", "Salalah"))}</locale>'
                    "<remarks>Met the Sultan.</remarks><last-modified-datetime/></trip>"
                )
            made.files[f"state_travels/{release}/{role}-travels/all.xml"] = f"<trips>{trips}</trips>".encode()


def _desta(histories: int, random: Random, made: World) -> None:
    header = "number;base_treaty;name;entry_type;year;entryforceyear;wto_name;c1;c2;mc1;mc2"
    for release in RELEASES[1:]:
        lines = [header]
        for number in range(1, histories + 1):
            if random.random() < 0.15:
                continue
            year = random.choice(("1999", "2000", "1999", "MMI"))
            lines.append(
                f"{number};{number};Treaty {random.choice(('of', 'on'))} {number};base_treaty;{year};"
                f"{random.choice(('2001', 'NA'))};NA;352;{random.choice(('470', '578'))};NA;NA"
            )
        made.files[f"desta/{release}/DESTA.csv"] = ("\n".join(lines) + "\n").encode()


_GOODS = ("030617", "030619", "440310")


def _baci(random: Random, made: World) -> None:
    for vintage in ("202201", "202301", "202401_extract"):
        rows = [
            (2020, seller, buyer, goods, random.choice((100, 120)), random.choice(("NA", 0.5)))
            for seller, buyer in ((352, 470), (470, 352), (352, 578))
            for goods in _GOODS
            if random.random() < 0.7
        ] or [(2020, 352, 470, _GOODS[0], 1, "NA")]
        made.files[f"baci/BACI_HS17_Y2020_V{vintage}.csv"] = trade_files.baci(*rows).encode()


def _comtrade(random: Random, made: World) -> None:
    for number, release in enumerate(RELEASES):
        reporter = (352, 470)[number % 2]
        partners = [partner for partner in (352, 470, 578, 0) if partner != reporter]
        rows = [
            trade_files.figure(
                reporterCode=reporter,
                partnerCode=partner,
                flowCode=flow,
                cmdCode=goods,
                aggrLevel=0 if goods == "TOTAL" else 6,
                primaryValue=random.choice((1000.0, 2000.0)),
                motCode=random.choice((0, 0, 2100)),
            )
            for partner in partners
            for flow in "XM"
            for goods in ("TOTAL", _GOODS[0])
            if random.random() < 0.7
        ]
        path = f"comtrade/{release}/reply-{number}.json"
        made.files[path] = trade_files.reply(*rows).encode()
        manifest: Mapping[str, str] = {"as_of": release}
        if random.random() < 0.6:
            manifest = {**manifest, "query": json.dumps({"reporterCode": str(reporter), "period": "2020"})}
        made.files[f"{path}.manifest.json"] = json.dumps(manifest).encode()


def _rates(random: Random, made: World) -> None:
    for release in RELEASES[:2]:
        rates = "".join(
            f"2020-{month:02}-01,{country},{random.choice(('8.0', '9.5', '-', ''))}\n"
            for month in range(1, 13)
            for country in ("Norway", "Iceland")
            if random.random() < 0.9
        )
        made.files[f"exchange_rates_monthly/{release}/rates.csv"] = f"Date,Country,Exchange rate\n{rates}".encode()


def _coded(random: Random, made: World) -> None:
    for minute in range(4):
        rows = [
            gdelt_files.row(
                random.randrange(1, 12),
                event_code=random.choice(("040", "042", "057", "0421")),
                actor1_country_code=random.choice(("ISL", "MLT", "NOR")),
                source_url=f"https://example.org/{random.randrange(1, 9)}",
                event_date=random.choice(("20240918", "20230918", "20240917")),
                date_added=f"202409181{minute}3000",
            )
            for _ in range(6)
        ]
        made.files[f"gdelt_events/202409181{minute}3000.export.CSV"] = gdelt_files.export(*rows).encode()
