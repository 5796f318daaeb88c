"""The feed `gdelt_events`: events that a machine coded from news, as the GDELT Project publishes them every 15 minutes.

The export of the GDELT 2.0 Event Database: 61 tab-separated columns without header and without quotes, one file for
each quarter of an hour, called after it (`20191024143000.export.CSV.zip`). Columns, meaning and order are those of the
GDELT Event Codebook 2.0. Codes are text, for their zeros in front. Only what the reduction to events reads is typed:
nothing else in a row can cost it.
"""

from __future__ import annotations

from orchestration.contracts.contract import (
    TAB_SEPARATED,
    Column,
    ColumnType,
    Contract,
    EvidenceClass,
    SourceDocument,
)


def _text(name: str, description: str, example: str = "") -> Column:
    return Column(name=name, type=ColumnType.TEXT, description=description, example=example)


def _number(name: str, type_: ColumnType, description: str, example: str) -> Column:
    return Column(name=name, type=type_, description=description, example=example)


def _actor(number: int) -> tuple[Column, ...]:
    """Return the ten columns of an actor; all are empty where the coder found none."""
    who = f"Actor {number}"
    prefix = f"actor{number}"
    return (
        _text(f"{prefix}_code", f"{who} as one CAMEO code: country, group, ethnicity, religion and roles.", "RUSGOV"),
        _text(f"{prefix}_name", f"{who} as the article names it.", "MOSCOW"),
        _text(f"{prefix}_country_code", f"{who}: the CAMEO code of its country or region.", "RUS"),
        _text(f"{prefix}_known_group_code", f"{who}: the CAMEO code of a known organisation.", "UNO"),
        _text(f"{prefix}_ethnic_code", f"{who}: the CAMEO code of an ethnicity."),
        _text(f"{prefix}_religion1_code", f"{who}: the CAMEO code of a religion.", "MOS"),
        _text(f"{prefix}_religion2_code", f"{who}: the CAMEO code of a denomination."),
        _text(f"{prefix}_type1_code", f"{who}: the CAMEO code of its role.", "GOV"),
        _text(f"{prefix}_type2_code", f"{who}: a second role."),
        _text(f"{prefix}_type3_code", f"{who}: a third role."),
    )


def _place(prefix: str, what: str) -> tuple[Column, ...]:
    """Return the eight columns of a place that was found near something in the text."""
    return (
        _text(f"{prefix}_geo_type", f"{what}: 0 none, 1 country, 2 US state, 3 US city, 4 city, 5 division.", "4"),
        _text(f"{prefix}_geo_fullname", f"{what}: its name.", "Oslo, Oslo, Norway"),
        _text(f"{prefix}_geo_country_code", f"{what}: the FIPS 10-4 code of the country; not ISO.", "NO"),
        _text(f"{prefix}_geo_adm1_code", f"{what}: the FIPS 10-4 code of the first division.", "NO12"),
        _text(f"{prefix}_geo_adm2_code", f"{what}: the code of the second division."),
        _text(f"{prefix}_geo_lat", f"{what}: the latitude of its centre.", "59.9"),
        _text(f"{prefix}_geo_long", f"{what}: the longitude of its centre.", "10.75"),
        _text(f"{prefix}_geo_feature_id", f"{what}: its GNS or GNIS id.", "-273837"),
    )


CONTRACT = Contract(
    feed="gdelt_events",
    subject="relations",
    fact_kind="reported_event",
    grain="one row is an event that a machine read out of one news article",
    key=("global_event_id",),
    file_patterns=("*.csv", "*.csv.zip", "*.csv.gz", "*.zip"),
    reader="csv",
    dialect=TAB_SEPARATED,
    release_in_name=r"^(\d{14})(?!\d)",
    source_document=SourceDocument(
        document_id="gdelt-events",
        kind="dataset",
        publisher="The GDELT Project",
        title="GDELT 2.0 Event Database",
        url="https://www.gdeltproject.org/",
        language="mul",
        licence="free with attribution",
        redistributable=True,
    ),
    evidence_class=EvidenceClass.MACHINE_CODED,
    country_columns=(
        "actor1_country",
        "actor2_country",
        "actor1_geo_country",
        "actor2_geo_country",
        "action_geo_country",
    ),
    columns=(
        Column(
            name="global_event_id",
            type=ColumnType.INTEGER,
            required=True,
            description="The publisher's id of the row; unique over all files.",
            example="1234567890",
        ),
        Column(
            name="event_date",
            type=ColumnType.TEXT,
            required=True,
            pattern=r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
            description="The day of the event (SQLDATE); phrases such as `a year ago` make it exactly a day, week, "
            "month or year before the row was added.",
            example="20240918",
        ),
        _text("month_year", "Year and month of the day.", "202409"),
        _text("year", "Year of the day.", "2024"),
        _text("fraction_date", "The day as a fraction of the year.", "2024.7083"),
        *_actor(1),
        *_actor(2),
        _text("is_root_event", "1 where the event stands in the lead of the article.", "1"),
        Column(
            name="event_code",
            type=ColumnType.TEXT,
            required=True,
            description="The CAMEO code of the event.",
            example="0311",
        ),
        Column(
            name="event_base_code",
            type=ColumnType.TEXT,
            required=True,
            description="The CAMEO code at the second level.",
            example="031",
        ),
        Column(
            name="event_root_code",
            type=ColumnType.TEXT,
            required=True,
            description="The CAMEO code at the first level.",
            example="03",
        ),
        _text("quad_class", "1 verbal and 2 material cooperation, 3 verbal and 4 material conflict.", "1"),
        _number(
            "goldstein_scale",
            ColumnType.DECIMAL,
            "How much events of this code help or harm stability, from -10 to 10.",
            "5.2",
        ),
        _number("num_mentions", ColumnType.INTEGER, "Mentions of the event in its quarter of an hour.", "10"),
        _number("num_sources", ColumnType.INTEGER, "Sources with a mention in that time.", "1"),
        _number("num_articles", ColumnType.INTEGER, "Articles with a mention in that time.", "10"),
        _number("avg_tone", ColumnType.DECIMAL, "The mean tone of these articles, from -100 to 100.", "-1.25"),
        *_place("actor1", "The place nearest to actor 1"),
        *_place("actor2", "The place nearest to actor 2"),
        *_place("action", "The place of the event"),
        Column(
            name="date_added",
            type=ColumnType.TEXT,
            required=True,
            pattern=r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d",
            description="When the row was added, in UTC (DATEADDED).",
            example="20240918143000",
        ),
        _text("source_url", "The article, or how GDELT names another source.", "https://example.org/a"),
    ),
)
