"""The short form of a dossier: what may be nested in what, and which short field stands for which columns.

Belongs here: the form as data, from which both the expansion and the JSON Schema are made. Does not belong here: how a
file is read. Everything that is not named here is called as in the feed's contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from orchestration.contracts import NATIVE, Contract

INHERITED = ("locator", "recorded_at", "modality", "attributed_to", "confidence", "retracted")
"""What a fact hands to the facts inside it, unless they say otherwise: they stand in the same place of the document and
are held in the same way. The parties of a hypothetical agreement are hypothetical; the signature that a reader infers
inside an asserted agreement says so itself."""

BETWEEN = "between"
"""`between: [Pakistan, Russia]` fills `country_a` and `country_b`."""

FIGURE = "value"
"""`value: "<20"` fills `operator` and `value`, and `reported_value` with the text itself unless that is given."""

SECTION_ALIASES: Mapping[str, str] = MappingProxyType({"trade": "trade_observations"})
"""Other names of sections at the top of a file."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A field that names something by `{kind: id}` and fills two columns."""

    kind_column: str
    id_column: str


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A list of facts inside another fact."""

    feed: str
    owner_columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of the inner fact that the outer one fills: `kind` with its kind, `id` with its id."""
    otherwise_columns: Mapping[str, str] = field(default_factory=dict)
    """The columns that the outer fact fills instead where the inner one fills `owner_columns` itself."""
    single: str | None = None
    """The column that an item fills which is one value: `topics: [energy]`."""
    is_step: bool = False
    """True where the inner facts are rows of the same feed and take over what the outer one says."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a fact of one feed is written in a dossier."""

    feed: str
    kind: str | None = None
    """How links, topics and targets call it; None where nothing points at it."""
    id_column: str = "fact_id"
    """The column that the field `id` fills."""
    references: Mapping[str, Reference] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    """Fields that hold a list and make one row per item: `members` fills `member`."""
    nested: Mapping[str, Nested] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    """Short names of columns, beside `at` and `id`."""

    @property
    def contract(self) -> Contract:
        """The contract of the feed."""
        return NATIVE[self.feed]

    @property
    def has_between(self) -> bool:
        """Whether `between` may be written."""
        return {"country_a", "country_b"} <= set(self.contract.columns_by_name)

    @property
    def has_figure(self) -> bool:
        """Whether `value` may carry an operator."""
        return {"operator", "value", "reported_value"} <= set(self.contract.columns_by_name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Fields that hold one value, with the column that they fill; a column's own name is one of them."""
        own = {name: name for name in self.contract.columns_by_name}
        return {**own, **self.short, "at": "locator", "id": self.id_column}

    @property
    def all_fields(self) -> tuple[str, ...]:
        """Every field that may be written, for suggestions."""
        between = (BETWEEN,) if self.has_between else ()
        return (*self.fields, *between, *self.references, *self.lists, *self.nested)


_SUBJECT = Reference(kind_column="subject_kind", id_column="subject_id")
_OWNER = Reference(kind_column="kind", id_column="id")

_ABOUT: Mapping[str, Nested] = {
    "topics": Nested(feed="topics", owner_columns={"subject_kind": "kind", "subject_id": "id"}, single="topic"),
    "links": Nested(
        feed="links",
        owner_columns={"subject_kind": "kind", "subject_id": "id"},
        otherwise_columns={"object_kind": "kind", "object_id": "id"},
    ),
}
_NAMED: Mapping[str, Nested] = {
    "aliases": Nested(feed="aliases", owner_columns={"kind": "kind", "id": "id"}, single="alias"),
    "external_ids": Nested(feed="external_ids", owner_columns={"kind": "kind", "id": "id"}),
}

_ALL = (
    Form(feed="documents", kind="document", id_column="document_id", nested={**_ABOUT, **_NAMED}),
    Form(
        feed="organizations",
        kind="organization",
        id_column="organization_id",
        nested={
            "memberships": Nested(feed="memberships", owner_columns={"organization": "id"}),
            "membership_lists": Nested(feed="membership_lists", owner_columns={"organization": "id"}),
            **_ABOUT,
            **_NAMED,
        },
    ),
    Form(
        feed="people",
        kind="person",
        id_column="person_id",
        nested={"offices": Nested(feed="people", is_step=True, single="office"), **_ABOUT, **_NAMED},
    ),
    Form(feed="aliases", id_column="id", references={"of": _OWNER}),
    Form(feed="external_ids", id_column="id", references={"of": _OWNER}),
    Form(
        feed="agreements",
        kind="agreement",
        id_column="agreement_id",
        short={"parent": "parent_agreement_id"},
        nested={
            "parties": Nested(feed="agreement_parties", owner_columns={"agreement_id": "id"}, single="party"),
            "events": Nested(feed="agreement_events", owner_columns={"agreement_id": "id"}, single="event"),
            **_ABOUT,
            **_NAMED,
        },
    ),
    Form(feed="agreement_parties", short={"agreement": "agreement_id"}),
    Form(feed="agreement_events", short={"agreement": "agreement_id"}, lists={"parties": "party"}),
    Form(
        feed="meetings",
        kind="meeting",
        id_column="meeting_id",
        short={"parent": "parent_meeting_id"},
        nested={
            "participants": Nested(feed="meeting_participants", owner_columns={"meeting_id": "id"}, single="person"),
            "events": Nested(feed="meeting_events", owner_columns={"meeting_id": "id"}, single="event"),
            "statements": Nested(feed="statements", owner_columns={"meeting_id": "id"}),
            "meetings": Nested(feed="meetings", owner_columns={"parent_meeting_id": "id"}),
            **_ABOUT,
            **_NAMED,
        },
    ),
    Form(feed="meeting_events", short={"meeting": "meeting_id"}),
    Form(feed="meeting_participants", short={"meeting": "meeting_id"}),
    Form(feed="trade_observations", kind="trade", nested=_ABOUT),
    Form(feed="exchange_rates"),
    Form(feed="indicators", kind="indicator", short={"country": "country_a"}, nested=_ABOUT),
    Form(feed="memberships", kind="membership", lists={"members": "member"}, nested=_ABOUT),
    Form(feed="membership_lists", lists={"members": "member"}),
    Form(
        feed="statements",
        kind="statement",
        id_column="statement_id",
        short={"meeting": "meeting_id"},
        references={"target": Reference(kind_column="target_kind", id_column="target_id")},
        nested=_ABOUT,
    ),
    Form(
        feed="projects",
        kind="project",
        id_column="project_id",
        nested={"events": Nested(feed="projects", is_step=True, single="event"), **_ABOUT, **_NAMED},
    ),
    Form(
        feed="links",
        references={"from": _SUBJECT, "to": Reference(kind_column="object_kind", id_column="object_id")},
    ),
    Form(feed="topics", references={"of": _SUBJECT}, lists={"topics": "topic"}),
    Form(feed="decisions"),
)

FORMS: Mapping[str, Form] = MappingProxyType({form.feed: form for form in _ALL})
"""The form of every native feed."""

SECTIONS: tuple[str, ...] = tuple(feed for feed in FORMS if feed != "documents")
"""The sections at the top of a file; the document itself stands in the block `document`."""
