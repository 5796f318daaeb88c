"""What several contracts share: the columns that every native feed has, and the vocabularies of kinds and operators.

Belongs here: anything that two feeds must spell alike. Does not belong here: a column of one feed.
"""

from __future__ import annotations

from dataclasses import replace

from orchestration.contracts.contract import Column, ColumnType

OPERATORS = ("=", "<", "<=", ">", ">=", "~")
"""How a reported figure bounds the true one; `~` is "about"."""

KINDS = (
    "agreement",
    "meeting",
    "statement",
    "project",
    "membership",
    "indicator",
    "trade",
    "organization",
    "person",
    "country",
    "document",
)
"""What a link, a topic, a statement's target or an alias may be about."""

CODE_KINDS = ("currency", "commodity", "classification", "unit", "topic")
"""What an alias may be about besides: codes, which have no document of their own."""

REFERENCE_PATTERN = r"[a-z0-9-]{1,120}|[A-Z]{3}|[a-z0-9_]+:[A-Za-z0-9_-]+"
"""The id of something of one of `KINDS`; a country is written `scheme:code` or by its alpha-3 code."""

TERM_PATTERN = r"[a-z0-9][a-z0-9_-]{0,119}"
"""A term of an open vocabulary: lower case, words joined by `_` or `-`."""

DOCUMENT_ID = Column(
    name="document_id",
    type=ColumnType.ID,
    required=True,
    description="The document that says so: an id of the feed `documents`, which may arrive later.",
    example="press-2024-09-overchuk",
)

LOCATOR = Column(
    name="locator",
    type=ColumnType.TEXT,
    description="Where in the document: `p3` is paragraph 3 counted from 1, `page 12`, `art. 4`, `table 2`.",
    example="p3",
)

RECORDED_AT = Column(
    name="recorded_at",
    type=ColumnType.TIMESTAMP,
    description="When the fact was first recorded, if that was before this file; empty: when the file arrived.",
    example="2026-11-23",
)

FACT_ID = Column(
    name="fact_id",
    type=ColumnType.ID,
    description=(
        "An id for this one fact, given so that links, topics and statements can point at it. Empty: a hash of the "
        "business key, which other documents that report the same fact will share."
    ),
    example="brics-membership-pakistan",
)

MODALITY = Column(
    name="modality",
    type=ColumnType.ENUM,
    allowed=("asserted", "inferred", "intended", "hypothetical", "negated"),
    description=(
        "How the document holds it: `asserted` it says so (empty means this), `inferred` a reader concludes it, "
        "`intended` somebody plans it, `hypothetical` it could be, `negated` the document says that it is not so."
    ),
    example="asserted",
)

ATTRIBUTED_TO = Column(
    name="attributed_to",
    type=ColumnType.TEXT,
    description="Whom the document quotes for it; empty where it speaks for itself.",
    example="Alexei Overchuk",
)

CONFIDENCE = Column(
    name="confidence",
    type=ColumnType.DECIMAL,
    minimum=0,
    maximum=1,
    description="How sure the person who recorded it is that the document says this, from 0 to 1; empty: not judged.",
    example="0.9",
)

RETRACTED = Column(
    name="retracted",
    type=ColumnType.BOOLEAN,
    description=(
        "`true` withdraws what this document claimed earlier about this fact. Such a row needs only its key, its "
        "document and this."
    ),
    example="",
)

COMMON_COLUMNS = (
    DOCUMENT_ID,
    LOCATOR,
    RECORDED_AT,
    FACT_ID,
    MODALITY,
    ATTRIBUTED_TO,
    CONFIDENCE,
    RETRACTED,
)
"""The columns that every native feed has beside its own."""

COMMON_WITHOUT_DOCUMENT = COMMON_COLUMNS[1:]
"""For the feed that describes documents itself."""

COMMON_WITH_OPTIONAL_DOCUMENT = (replace(DOCUMENT_ID, required=False), *COMMON_WITHOUT_DOCUMENT)
"""For what a person may say without a document."""


def operator_column(*, example: str = "<") -> Column:
    """Return the column that says how a figure bounds the true one."""
    return Column(
        name="operator",
        type=ColumnType.ENUM,
        allowed=OPERATORS,
        description='How the figure bounds the true one: "under 20" is `<`, "about a billion" is `~`; empty means `=`.',
        example=example,
    )


def reported_value_column(*, example: str = "under 20 %") -> Column:
    """Return the column that keeps a figure as the document writes it."""
    return Column(
        name="reported_value",
        type=ColumnType.TEXT,
        description="The figure as the document writes it, words and all.",
        example=example,
    )
