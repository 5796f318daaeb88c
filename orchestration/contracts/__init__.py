"""What a raw row must look like: one small module per feed, and this registry of them.

Belongs here: one line per feed. Does not belong here: what a fact means (dbt), or how a file is read (ingestion).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from orchestration.contracts import (
    agreement_events,
    agreement_parties,
    agreements,
    aliases,
    baci,
    comtrade,
    decisions,
    desta,
    documents,
    dossiers,
    exchange_rates,
    exchange_rates_monthly,
    external_ids,
    gdelt_events,
    indicators,
    links,
    meeting_events,
    meeting_participants,
    meetings,
    membership_lists,
    memberships,
    organizations,
    people,
    projects,
    state_travels,
    state_visits,
    statements,
    topics,
    trade_observations,
)
from orchestration.contracts.contract import (
    COMMA_SEPARATED,
    Column,
    ColumnType,
    Contract,
    Dialect,
    EvidenceClass,
    Mode,
    SourceDocument,
)

__all__ = [
    "COMMA_SEPARATED",
    "FEEDS",
    "LANDING",
    "NATIVE",
    "Column",
    "ColumnType",
    "Contract",
    "Dialect",
    "EvidenceClass",
    "Mode",
    "SourceDocument",
]


def _by_feed(*contracts: Contract) -> Mapping[str, Contract]:
    return MappingProxyType({contract.feed: contract for contract in contracts})


NATIVE: Mapping[str, Contract] = _by_feed(
    documents.CONTRACT,
    organizations.CONTRACT,
    people.CONTRACT,
    aliases.CONTRACT,
    external_ids.CONTRACT,
    agreements.CONTRACT,
    agreement_parties.CONTRACT,
    agreement_events.CONTRACT,
    meetings.CONTRACT,
    meeting_events.CONTRACT,
    meeting_participants.CONTRACT,
    trade_observations.CONTRACT,
    exchange_rates.CONTRACT,
    indicators.CONTRACT,
    memberships.CONTRACT,
    membership_lists.CONTRACT,
    statements.CONTRACT,
    projects.CONTRACT,
    links.CONTRACT,
    topics.CONTRACT,
    decisions.CONTRACT,
)
"""What a person or a program records: flat files, or sections of a dossier. The order ranks the feeds."""

FEEDS: Mapping[str, Contract] = _by_feed(
    *NATIVE.values(),
    dossiers.CONTRACT,
    state_visits.CONTRACT,
    gdelt_events.CONTRACT,
    state_travels.CONTRACT,
    desta.CONTRACT,
    comtrade.CONTRACT,
    baci.CONTRACT,
    exchange_rates_monthly.CONTRACT,
)
"""Every feed that has a folder in `raw/`."""

LANDING: Mapping[str, Contract] = _by_feed(*(contract for contract in FEEDS.values() if contract.columns))
"""Every feed whose rows land in a table of their own: all but the dossiers, which expand into the native feeds."""
