"""What a contract is: the columns of one feed, their types, and how its deliveries revise each other.

Belongs here: the vocabulary that every feed's module speaks. Does not belong here: any feed, any SQL, any reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TABLE_PATTERNS = (
    "*.csv",
    "*.csv.gz",
    "*.ndjson",
    "*.ndjson.gz",
    "*.jsonl",
    "*.jsonl.gz",
    "*.json",
    "*.json.gz",
    "*.parquet",
    "*.xlsx",
)
"""The names of files that hold one table, in the formats that every feed of tables takes."""


class ColumnType(StrEnum):
    """How the text of a cell is checked, and the DuckDB type that it lands in."""

    ID = "id"
    """`[a-z0-9-]`, 1 to 120 characters; a reference to something that may arrive later."""
    TEXT = "text"
    ENUM = "enum"
    """One of `Column.allowed`."""
    EDTF = "edtf"
    """A date as DESIGN calls it: EDTF level 0 and the listed parts of 1 and 2. Lands as text."""
    TIMESTAMP = "timestamp"
    """ISO 8601 date or date and time; without a zone it is UTC. Lands as TIMESTAMP in UTC."""
    DECIMAL = "decimal"
    """A decimal number with a point, no thousands separators. Lands as DOUBLE."""
    INTEGER = "integer"
    BOOLEAN = "boolean"
    """true, false, yes, no, 1, 0 in any case."""
    COUNTRY = "country"
    """A name, an alias, or `scheme:code`; only a malformed `scheme:code` breaks the contract."""
    PARTY = "party"
    """A country, or the id or name of an organisation."""
    ORGANIZATION = "organization"
    """The id, the name or an alias of an organisation."""
    PERSON = "person"
    """A name, or the id of a person."""
    LANGUAGE = "language"
    """An ISO 639 code of two or three letters, with an optional BCP 47 tail."""
    URL = "url"
    JSON = "json"
    """A list or an object, or any other JSON value. Lands as the text of it."""

    @property
    def duckdb_type(self) -> str:
        """The type of the landing column."""
        return {
            ColumnType.TIMESTAMP: "TIMESTAMP",
            ColumnType.DECIMAL: "DOUBLE",
            ColumnType.INTEGER: "BIGINT",
            ColumnType.BOOLEAN: "BOOLEAN",
        }.get(self, "VARCHAR")


class Mode(StrEnum):
    """How the deliveries of a feed revise each other."""

    APPEND = "append"
    SNAPSHOT = "snapshot"
    REPLACE = "replace"
    EXTRACT = "extract"


class EvidenceClass(StrEnum):
    """Who made the rows of a feed: what people recorded comes before what machines coded."""

    CURATED = "curated"
    MACHINE_CODED = "machine_coded"


@dataclass(frozen=True, kw_only=True)
class SourceDocument:
    """The document that all rows of a source feed come from, as `dim_document` shows it."""

    document_id: str
    kind: str
    """A kind of the feed `documents`."""
    publisher: str
    title: str
    url: str = ""
    language: str = ""
    licence: str = ""
    redistributable: bool = False
    """Whether its licence lets others publish the rows again."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a feed."""

    name: str
    type: ColumnType
    description: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    """A regular expression (RE2) that the whole text must match."""
    minimum: float | None = None
    maximum: float | None = None
    example: str = ""
    is_bookkeeping: bool = False
    """A change of this column alone is no new version of the claim."""
    dates: tuple[str, ...] = ()
    """Within a JSON value: paths such as `$[*].ratified` whose texts are dates, judged like those of cells."""
    empty: tuple[str, ...] = ()
    """What published files write into a cell that holds nothing, beside nothing."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a delimited file tells its cells apart."""

    delimiter: str = ","
    is_bare: bool = False
    """Without a header (the columns are those of the contract, in its order) and without quotes: one line is one row,
    and a quote is a letter as any other."""


COMMA_SEPARATED = Dialect()
TAB_SEPARATED = Dialect(delimiter="\t", is_bare=True)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a raw row of one feed must look like.

    `key` is the business key of the fact: what makes two rows speak of the same thing. A row's version key is
    (fact key, document).
    """

    feed: str
    subject: str
    """The asset group: reference, agreements, trade, meetings, relations, or documents."""
    fact_kind: str
    """What a row claims: agreement, meeting, indicator…"""
    grain: str
    """One sentence: "one row is …"."""
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    at_least_one: tuple[tuple[str, ...], ...] = ()
    """Groups of columns of which a row must fill one, whichever it can."""
    mode: Mode = Mode.APPEND
    file_patterns: tuple[str, ...] = TABLE_PATTERNS
    """Which file names below `raw/<feed>/` belong to the feed."""
    reader: str | None = None
    """The reader of its files, by its name in `orchestration.ingestion.formats`; None: the ending of a name tells."""
    dialect: Dialect = COMMA_SEPARATED
    """How delimited files of the feed are written."""
    release_in_name: str | None = None
    """Source feeds: a regular expression that finds in a file's name when it was released, such as (\\d{14}): year,
    month and day, and the time of day (UTC) where the publisher gives one, in digits."""
    readers_by_ending: tuple[tuple[str, str], ...] = ()
    """Readers of files with some endings, before the general ones: (ending, name of the reader)."""
    is_folder_delivery: bool = False
    """True where a folder `raw/<feed>/<as of>/` is one delivery; otherwise every file is one."""
    has_subfolders: bool = False
    """Whether the folder of a delivery may hold folders, whose files belong to it."""
    dataset_key: str | None = None
    """Source feeds: the one data set that every delivery is a release of, unless its manifest names another."""
    source_document: SourceDocument | None = None
    """Source feeds: the document that every row comes from."""
    evidence_class: EvidenceClass = EvidenceClass.CURATED
    country_columns: tuple[str, ...] | None = None
    """The columns of its staging model, without `_reported`, that name countries; None: those of such a type."""
    claims: tuple[str, ...] = ()
    """Source feeds: the native feeds in whose shape its staging model speaks. Each row of the model says in the column
    `claims` which of them it is a row of, and has the columns of their staging models that it can fill."""
    is_bulk: bool = False
    """True where a file may hold millions of rows: they are loaded in one read with their types, and row by row only
    where that fails; and none of them is copied into the shared shape of claims."""
    tolerated_rows: int = 20
    """So many rows of its recent deliveries may be in quarantine without anybody being told at night,"""
    tolerated_share: float = 0.05
    """or this share of them."""
    lands_in: str | None = field(default=None)
    """The landing table, where it is not called after the feed."""

    @property
    def table(self) -> str:
        """The name of the landing table in schema `landing`."""
        return self.lands_in or self.feed

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises:
            KeyError: the contract has no such column.
        """
        return self.columns_by_name[name]

    @property
    def columns_by_name(self) -> Mapping[str, Column]:
        """The columns under their names, in order."""
        return {column.name: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that a file must have and a row must fill."""
        return tuple(column.name for column in self.columns if column.required)
