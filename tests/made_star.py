"""A published database with every table of the star, made without dbt: empty, or of a few facts of our own.

The tables are those of the models' contracts, so that a question of the site about a column that is gone fails here.
What the rows hold is small and nasty: titles that are markup, addresses that are scripts, bounds, contradictions.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.documentation.published import published_tables
from orchestration.publication.copying import PUBLICATIONS_COLUMNS, STORAGE_VERSION
from orchestration.sql_text import literal, quoted
from orchestration.transformation.project import prepare_manifest

HOSTILE = "<script>document.title='owned'</script> \"quoted\" & 'quoted' </title><img src=x onerror=alert(1)>"
HOSTILE_ADDRESS = "javascript:document.title='owned'"
AT = "2026-11-23 00:00:00"


class MadeStar:
    """A database in the shape of a publication. Use as a context manager: leaving it closes the file."""

    def __init__(self, database: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute(f"attach {literal(database)} as star (storage_version '{STORAGE_VERSION}')")
        self.connection.execute("use star")
        self.connection.execute("create schema evidence")
        manifest = json.loads(prepare_manifest().read_text(encoding="utf-8"))
        for table in published_tables(manifest):
            columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
            self.connection.execute(f"create table {table.schema}.{quoted(table.name)} ({columns})")
        columns = ", ".join(f"{name} {kind}" for name, (kind, _) in PUBLICATIONS_COLUMNS.items())
        self.connection.execute(f"create table evidence.publications ({columns})")

    def __enter__(self) -> MadeStar:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.execute("use memory")
        self.connection.execute("detach star")
        self.connection.close()

    def add(self, table: str, **values: Any) -> None:
        """Add a row; columns that are not given are empty."""
        names = ", ".join(map(quoted, values))
        marks = ", ".join("?" for _ in values)
        # tables and columns are constants of the tests
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))  # noqa: S608

    def publish(self, publication_id: str, at: str) -> None:
        """Say which publication it is."""
        self.add(
            "evidence.publications",
            publication_id=publication_id,
            published_at=at,
            run_id="a-run",
            table_count=1,
            row_count=1,
        )

    def country(self, code: str, name: str, **more: Any) -> None:
        """Add a country under its current name."""
        self.add(
            "dim_country",
            country_key=code,
            country_code=code,
            name=name,
            official_name=f"Republic of {name}",
            is_current=True,
            is_current_state=True,
            kind="state",
            valid_from=date(1900, 1, 1),
            valid_to=date(9999, 12, 31),
            **more,
        )

    def dyad(self, code_a: str, name_a: str, code_b: str, name_b: str) -> None:
        """Add two countries of which facts speak."""
        self.add(
            "dim_dyad",
            dyad_key=f"{code_a}-{code_b}",
            dyad_code=f"{code_a}-{code_b}",
            country_a_code=code_a,
            country_a_name=name_a,
            country_b_code=code_b,
            country_b_name=name_b,
            name=f"{name_a} – {name_b}",
        )

    def document(self, document_id: str, **more: Any) -> None:
        """Add a document that somebody recorded."""
        self.add("dim_document", document_key=document_id, document_id=document_id, is_delivered=True, **more)

    def claim(self, kind: str, fact_id: str, document_id: str, *, rank: int = 1, **said: Any) -> None:
        """Add a claim; the first of a fact has won."""
        modality = said.pop("modality", "asserted")
        self.add(
            "evidence.claims",
            claim_id=f"{kind}-{fact_id}-{document_id}",
            feed=kind,
            fact_kind=kind,
            fact_id=fact_id,
            document_id=document_id,
            locator=said.pop("locator", "p1"),
            modality=modality,
            delivery_id="delivery",
            file_sha256="sha",
            row_number=7,
            published_from=AT,
            recorded_from=AT,
            is_retraction=False,
            is_current=True,
            claim_rank=rank,
            is_winner=rank == 1,
            reason="the only claim" if rank == 1 else "a finer date stands before it",
            attributes=json.dumps(said),
        )


def islands(database: Path, *, publication_id: str = "20261128T090000000Z-abcdef01", ferry: str = "2024-09?") -> None:
    """Make a star of two islands that differ on almost everything; `ferry` is when their ferry treaty was signed."""
    with MadeStar(database) as star:
        star.publish(publication_id, "2026-11-28 09:00:00")
        for code, name in (("ISL", "Iceland"), ("MLT", "Malta"), ("FJI", "Fiji")):
            star.country(code, name)
        star.dyad("ISL", "Iceland", "MLT", "Malta")
        star.dyad("FJI", "Fiji", "ISL", "Iceland")
        star.dyad("FJI", "Fiji", "MLT", "Malta")
        star.document(
            "register", title="Register of treaties", kind="official_statement", published_edtf="2024-10-02",
            published_latest=date(2024, 10, 2), licence="CC0-1.0", redistributable=True, publisher="Ministry",
            url="https://example.org/register?a=1&b=2",
        )  # fmt: skip
        star.document(
            "hostile", title=HOSTILE, kind="press_report", publisher=HOSTILE, url=HOSTILE_ADDRESS, licence=HOSTILE,
            redistributable=False, published_edtf="2024-XX-18",
        )  # fmt: skip
        star.add("evidence.files", sha256="sha", delivery_id="delivery", original_path="dossiers/islands.yaml")
        star.add("dim_organization", organization_id="union", name="Union of Islands", kind="bloc")
        _agreements(star, ferry)
        _meetings(star)
        _figures(star)
        _trade(star)
        _relations(star)
        _quality(star)


def _on_timeline(star: MadeStar, dyad: str, kind: str, fact_id: str, **more: Any) -> None:
    star.add("bridge_fact_dyad", fact_id=fact_id, fact_kind=kind, dyad_code=dyad, evidence_class="curated")
    if "title" in more:
        defaults = {
            "document_id": "register", "locator": "p1", "modality": "asserted", "claim_count": 1,
            "has_conflict": False, "evidence_class": "curated", "occurred_is_approximate": False,
            "occurred_is_uncertain": False,
        }  # fmt: skip
        star.add("mart_dyad_timeline", dyad_code=dyad, fact_kind=kind, fact_id=fact_id, **defaults | more)


def _agreements(star: MadeStar, ferry: str) -> None:
    for number, (name, title, status, modality, since) in enumerate(
        (
            ("ferry", "Treaty on a ferry", "in_force", "asserted", ferry),
            ("hostile-pact", HOSTILE, "concluded", "inferred", "[2024-09-17..2024-09-19]"),
            ("free-trade", "Free trade agreement", "proposed", "hypothetical", None),
        )
    ):
        star.add(
            "dim_agreement", agreement_key=name, agreement_id=name, title=title, instrument_name="Treaty",
            text_url=HOSTILE_ADDRESS if name == "hostile-pact" else "https://example.org/text",
        )  # fmt: skip
        star.add(
            "fct_agreement_lifecycle", fact_id=f"a{number}", agreement_key=name, agreement_id=name, title=title,
            status=status, status_modality=modality, is_status_inferred=modality != "asserted",
            status_since_edtf=since, status_since_earliest=date(2024, 9, 1) if since else None, modality=modality,
            binding_presumed=True, is_ending_announced=False, has_unknown_order=False, has_impossible_sequence=False,
            party_count=2, claim_count=2 if name == "ferry" else 1, has_conflict=name == "ferry",
            evidence_class="curated", document_id="register", concluded_at_meeting_id="summit",
            concluded_at_modality="inferred", concluded_at_place="Valletta",
        )  # fmt: skip
        for code in ("ISL", "MLT"):
            star.add(
                "bridge_agreement_party", agreement_id=name, party_kind="country", party_code=code,
                reported_party=code, role="party", modality=modality,
            )  # fmt: skip
        star.add(
            "fct_agreement_event", fact_id=f"e{number}", agreement_id=name,
            event="proposed" if name == "free-trade" else "signed", occurred_edtf=since, evidence_class="curated",
            occurred_earliest=date(2024, 9, 1) if since else None, modality=modality, document_id="register",
            claim_count=1, has_conflict=False,
        )  # fmt: skip
        star.claim("agreement", f"a{number}", "register", title=title, modality=modality)
        star.claim("agreement_event", f"e{number}", "register", event="signed", occurred_edtf=since)
        _on_timeline(star, "ISL-MLT", "agreement", f"a{number}")
        _on_timeline(
            star, "ISL-MLT", "agreement_event", f"e{number}", title=title, subject="agreement", subject_id=name,
            event="signed", occurred_edtf=since, modality=modality, occurred_is_uncertain=bool(since),
            occurred_earliest=date(2024, 9, 1) if since else None, occurred_latest=date(2024, 9, 30) if since else None,
        )  # fmt: skip
    star.claim("agreement_event", "e0", "hostile", rank=2, event="signed", occurred_edtf="2024-08-30")


def _meetings(star: MadeStar) -> None:
    star.add(
        "dim_meeting", meeting_key="summit", meeting_id="summit", title="Summit in Valletta", kind="summit",
    )  # fmt: skip
    star.add(
        "fct_meeting", fact_id="m0", meeting_key="summit", meeting_id="summit", title="Summit in Valletta",
        kind="summit", status="held", is_status_inferred=False, started_edtf="2024-09-18", ended_edtf="2024-09-19",
        started_latest=date(2024, 9, 18), started_precision="day", place="Valletta", country_code="MLT",
        modality="asserted", claim_count=1, has_conflict=False, document_id="register", evidence_class="curated",
    )  # fmt: skip
    for number, (person, office, code) in enumerate(
        ((HOSTILE, "Prime Minister", "ISL"), ("Maria Borg", "Foreign Minister", "MLT"), (None, None, "ISL"))
    ):
        star.add(
            "fct_meeting_participation", fact_id=f"p{number}", meeting_id="summit", person=person, office=office,
            represents_kind="country", represents_code=code, role="guest", modality="asserted", has_conflict=False,
            evidence_class="curated",
        )  # fmt: skip
    star.claim("meeting", "m0", "register", title="Summit in Valletta")
    _on_timeline(
        star, "ISL-MLT", "meeting", "m0", title="Summit in Valletta", subject="meeting", subject_id="summit",
        event="summit", status="held", occurred_edtf="2024-09-18", occurred_earliest=date(2024, 9, 18),
        occurred_latest=date(2024, 9, 18),
    )  # fmt: skip


def _figures(star: MadeStar) -> None:
    for number, (period, operator, value, lower, upper) in enumerate(
        (("2022", "<", 20.0, None, 20.0), ("2023", "=", 45.5, 45.5, 45.5), ("2024-01/2024-06", ">", 80.0, 80.0, None))
    ):
        star.add(
            "fct_indicator", fact_id=f"i{number}", dyad_code="ISL-MLT", indicator="settlement_share", unit="percent",
            period_edtf=period, period_earliest=date(2022 + number, 1, 1), operator=operator, value=value,
            value_lower=lower, value_upper=upper, is_bound_included=operator == "=", denominator="transactions",
            reported_value=f"{operator} {value}", modality="asserted", document_id="register", locator="p6",
            claim_count=1, has_conflict=False, evidence_class="curated",
        )  # fmt: skip
        star.claim("indicator", f"i{number}", "register", indicator="settlement_share")
        _on_timeline(
            star, "ISL-MLT", "indicator", f"i{number}", title=f"settlement share {operator} {value} percent",
            subject="indicator", event="reported", operator=operator, value=value, unit="percent",
            occurred_edtf=period, occurred_earliest=date(2022 + number, 1, 1),
            occurred_latest=date(2022 + number, 12, 31), subject_id="settlement_share",
        )  # fmt: skip
    star.add(
        "mart_indicator_change", indicator="settlement_share", dyad_code="ISL-MLT", unit="percent",
        from_period_edtf="2022", to_period_edtf="2024-01/2024-06", change_lower=60.0, change_upper=100.0,
        is_change_lower_included=False, is_change_upper_included=True, change_unit="percentage_point", direction="up",
        is_same_length=False, is_same_denominator=True, to_period_earliest=date(2024, 1, 1), modality="asserted",
    )  # fmt: skip


def _trade(star: MadeStar) -> None:
    for year in range(2018, 2024):
        for exporter, importer, size in (("ISL", "MLT", 4_000_000.0), ("MLT", "ISL", 9_000_000.0)):
            value = size * (1 + (year - 2018) / 5)
            star.add(
                "fct_trade_mirror", trade_mirror_key=f"{exporter}{year}", dyad_code="ISL-MLT", exporter_code=exporter,
                importer_code=importer, commodity_code="TOTAL", unit="money", period_edtf=str(year),
                period_earliest=date(year, 1, 1), period_latest=date(year, 12, 31),
                exporter_value_usd=value if year != 2020 else None, exporter_operator="=", exporter_basis="FOB",
                importer_value_usd=value * 1.3, importer_operator="=", importer_basis="CIF",
                reconciled_value_usd=value * 1.1, reconciled_vintage="V202501",
                importer_to_exporter_ratio=1.3 if year != 2020 else None,
                difference_usd=value * 0.3 if year != 2020 else None,
                missing_side="exporter" if year == 2020 else "none", has_conflict=False,
                exporter_document_id="register", importer_document_id="hostile",
            )  # fmt: skip
            star.add(
                "mart_trade_balance", trade_balance_key=f"{exporter}{year}", dyad_code="ISL-MLT",
                country_code=exporter, partner_code=importer, period_edtf=str(year), period_earliest=date(year, 1, 1),
                period_latest=date(year, 12, 31), exports_usd=value, exports_source="reported", exports_is_total=True,
                exports_basis="FOB", imports_usd=size, imports_source="mirror", imports_is_total=False,
                imports_classification="HS2017", imports_basis="unknown", is_inferred=False, is_mixed_vintage=False,
            )  # fmt: skip
    star.add("dim_commodity", commodity_key="fish", commodity_code="0302", classification="HS2017", name="Fish, fresh")
    star.add(
        "fct_trade_mirror", trade_mirror_key="fish", dyad_code="ISL-MLT", exporter_code="ISL", importer_code="MLT",
        commodity_code="0302", commodity_key="fish", classification="HS2017", unit="money", period_edtf="2023",
        period_latest=date(2023, 12, 31), exporter_value_usd=123456.0, importer_value_usd=234567.0,
        document_id="register",
    )  # fmt: skip
    for number, (operator, lower, upper) in enumerate((("~", None, None), (">=", 12e6, None))):
        star.add(
            "mart_trade_claim_check", fact_id=f"t{number}", dyad_code="ISL-MLT", country_a_code="ISL",
            country_b_code="MLT", direction="total", period_edtf="2023?", period_latest=date(2023, 12, 31),
            operator=operator, value=12e6, currency="USD", reported_value=HOSTILE, value_usd=12e6, lower_usd=lower,
            upper_usd=upper, by_country_a_usd=19e6, country_a_verdict="consistent", country_b_verdict="no statistic",
            reconciled_verdict="no statistic", document_id="hostile", locator="p5", modality="inferred",
        )  # fmt: skip
        star.add(
            "fct_trade_flow", fact_id=f"t{number}", source="trade_observations", dyad_code="ISL-MLT", claim_count=1,
            has_conflict=False, document_id="hostile",
        )  # fmt: skip
        star.claim("trade", f"t{number}", "hostile", value=12e6, modality="inferred")


def _relations(star: MadeStar) -> None:
    for number, (code, status, modality) in enumerate(
        (("ISL", "member", "asserted"), ("MLT", "applicant", "inferred"), ("FJI", "observer", "asserted"))
    ):
        star.add(
            "fct_membership_spell", membership_spell_key=f"s{number}", fact_id=f"s{number}", fact_kind="membership",
            organization_id="union", member_kind="country", member_code=code, status=status, track="standing",
            is_current=True, is_ending_announced=False, began_edtf="[2010-01-02..2020-01-01]", modality=modality,
            document_id="register", locator="p2", claim_count=2, has_conflict=code == "MLT",
            winning_reason="joined, register: the only claim", contradicted_by=HOSTILE if code == "MLT" else None,
        )  # fmt: skip
    star.add(
        "fct_statement", fact_id="st0", statement_id="st0", speaker="Maria Borg", office="Foreign Minister",
        on_behalf_of_kind="country", on_behalf_of_code="MLT", stance="supports", made_edtf="2024-09-18",
        made_latest=date(2024, 9, 18), paraphrase=HOSTILE, document_id="hostile", locator="p2", modality="asserted",
        attributed_to="An agency", claim_count=1, has_conflict=False, evidence_class="curated",
    )  # fmt: skip
    star.claim("statement", "st0", "hostile", paraphrase=HOSTILE)
    _on_timeline(
        star, "ISL-MLT", "statement", "st0", title=f"Maria Borg supports: {HOSTILE}", subject="statement",
        event="supports", subject_id="st0", occurred_edtf="2024-09-18", occurred_earliest=date(2024, 9, 18),
        occurred_latest=date(2024, 9, 18), document_id="hostile",
    )  # fmt: skip
    star.add(
        "mart_position", position_key="po0", holder_kind="country", holder_code="MLT", stance="supports",
        target="the ferry", began_edtf="2024-09-18", is_current=True, is_reversal=False, fact_id="st0",
        document_id="hostile", locator="p2", modality="asserted", has_conflict=False,
    )  # fmt: skip
    star.add(
        "fct_project_event", fact_id="pr0", project_id="bridge", name="Bridge", sector="transport",
        country_code="MLT", place="Gozo", event="proposed", document_id="register", locator="p7",
        modality="intended", claim_count=1, has_conflict=False, evidence_class="curated", capacity=3.1, unit="Mt",
    )  # fmt: skip
    star.claim("project_event", "pr0", "register", event="proposed", modality="intended")
    _on_timeline(
        star, "ISL-MLT", "project_event", "pr0", title="Bridge", subject="project", event="proposed",
        subject_id="bridge", modality="intended",
    )  # fmt: skip
    _on_timeline(
        star, "FJI-ISL", "meeting", "m9", title="A call", subject="meeting", subject_id="call", event="call",
        occurred_edtf="1999", occurred_earliest=date(1999, 1, 1), occurred_latest=date(1999, 12, 31),
    )  # fmt: skip
    for dyad, a, b in (("ISL-MLT", "ISL", "MLT"), ("FJI-MLT", "FJI", "MLT")):
        star.add(
            "fct_reported_event", fact_id=f"g-{dyad}", dyad_code=dyad, event_class="036", source_code=a,
            target_code=b, event_class_name="Express intent to meet or negotiate", occurred_on=date(2019, 10, 24),
            is_relative_date_artefact=dyad == "ISL-MLT", url_count=2, mention_count=9, article_count=2,
            evidence_class="machine_coded", document_id="gdelt-events",
        )  # fmt: skip


def _quality(star: MadeStar) -> None:
    star.add(
        "mart_data_quality", feed="dossiers", deliveries_loaded=1, deliveries_held=1, deliveries_refused=0,
        rows_read=20, rows_accepted=19, rows_rejected=1, claim_versions=9, current_claims=9, facts=9,
        undated_facts=1, facts_in_conflict=1, unknown_countries=1, dangling_references=0,
    )  # fmt: skip
    star.add(
        "mart_source_currency", source_key="r", source_kind="document", source_id="register",
        title="Register of treaties", publisher="Ministry", current_to=date(2024, 10, 2), last_received_at=AT,
        current_claim_count=9,
    )  # fmt: skip
    star.add(
        "mart_unknown_reference", unknown_reference_key="u", kind="country", reported=HOSTILE,
        used_in="agreement_party.party", reference_count=1, document_count=1, is_compared=True,
    )  # fmt: skip
    star.add(
        "evidence.rejected_rows", delivery_id="delivery", feed="documents", row_number=1, column_name="url",
        found=HOSTILE_ADDRESS, expected="a web address", raw_row=HOSTILE, file_sha256="sha",
    )  # fmt: skip
