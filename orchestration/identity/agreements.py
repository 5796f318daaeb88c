"""From tables of claims to scored pairs of agreements: the edge between dbt and `linkage`.

Belongs here: the columns that dbt hands in and gets back. Does not belong here: the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.countries.normal_form import normalise
from orchestration.identity.blocks import SCHEMA, Blocks
from orchestration.identity.linkage import (
    LEVELS,
    Agreement,
    Parameters,
    Period,
    frozen_parameters,
    readings,
    scored_pairs,
)

_PAIR = ("id_a", "id_b")
LAST_TIER_READ = 2
"""Names of countries are looked for in titles where they are decided or English: a short name of another language is
mostly another word."""


def names_from(country_names: Iterable[Mapping[str, Any]], others: Mapping[str, str]) -> dict[str, str]:
    """Return codes by normalised name: of countries, where the name means one alone, and of `others`.

    Takes name (or normalised_name), tier, country_code, and status where the code is empty for two reasons.
    """
    best: dict[str, tuple[int, set[str | None]]] = {}
    for row in country_names:
        name = row.get("normalised_name") or normalise(row["name"])
        tier, codes = best.get(name, (row["tier"], set()))
        if row["tier"] < tier:
            tier, codes = row["tier"], set()
        if row["tier"] == tier:
            best[name] = (tier, codes | {row["country_code"]})
    single = {
        name: min(code for code in codes if code)
        for name, (tier, codes) in best.items()
        if tier <= LAST_TIER_READ and len(codes) == 1 and not codes & {None, "unknown", "not_a_country"}
    }
    return {**single, **others}


def names_in_titles(
    country_names: Iterable[Mapping[str, Any]], organization_names: Iterable[Mapping[str, Any]], parameters: Parameters
) -> dict[str, str]:
    """Return codes by normalised name: countries, the blocs of the parameters, and the organisations that are recorded.

    Takes text and organization_id of an organisation; a bloc that is recorded has its recorded id under every name.
    """
    organizations = {row["text"]: row["organization_id"] for row in organization_names}
    recorded = {parameters.names[text]: id_ for text, id_ in sorted(organizations.items()) if text in parameters.names}
    blocs = {name: recorded.get(bloc, bloc) for name, bloc in parameters.names.items()}
    # a name of one letter or two is another word in most titles
    long_enough = {text: id_ for text, id_ in organizations.items() if len(text) > 2}
    return {**names_from(country_names, blocs), **long_enough}


def reading_table(profiles: pa.Table, country_names: pa.Table, organization_names: pa.Table) -> pa.Table:
    """Return what the titles of agreements mean and the blocks that they are in: rows of `blocks.SCHEMA`.

    Takes agreement_id, titles, documents, parties, parents (lists), signed_earliest, signed_latest, in_force_earliest,
    in_force_latest, instrument_type, place.
    """
    parameters = frozen_parameters()
    names = _names(country_names, organization_names, parameters)
    return pa.Table.from_pylist(list(readings(_agreements(profiles), names, parameters)), schema=SCHEMA)


def match_table(profiles: pa.Table, read: pa.Table, country_names: pa.Table, organization_names: pa.Table) -> pa.Table:
    """Return id_a, id_b, score, verdict and the level of every aspect of the pairs that are worth keeping.

    Takes profiles as `reading_table` does, and what that gives for them.
    """
    with closing(Blocks(read, frozen_parameters().largest_block)) as blocks:
        blocks.pair()
        return _matched(blocks, profiles, country_names, organization_names)


def updated_match(
    before: pa.Table,
    profiles: pa.Table,
    read: pa.Table,
    *,
    changed: pa.Table,
    went: pa.Table,
    came: pa.Table,
    country_names: pa.Table,
    organization_names: pa.Table,
) -> pa.Table:
    """Return what `match_table` does, from what it was `before`.

    `changed` has the agreement_id of all whose profile is another or came or went, `went` and `came` the rows of `read`
    that are others, as they were and as they are: where names mean something else, these say which titles do.
    """
    with closing(Blocks(read, frozen_parameters().largest_block)) as blocks:
        concerned = blocks.concerned(changed, went, came)
        blocks.pair(concerned)
        anew = _matched(blocks, profiles, country_names, organization_names)
    of_others = [
        pc.invert(pc.is_in(before[name], value_set=concerned["agreement_id"].combine_chunks())) for name in _PAIR
    ]
    return pa.concat_tables([before.filter(pc.and_(*of_others)).cast(anew.schema), anew])


def _matched(blocks: Blocks, profiles: pa.Table, country_names: pa.Table, organization_names: pa.Table) -> pa.Table:
    parameters = frozen_parameters()
    names = _names(country_names, organization_names, parameters)
    wanted = pc.is_in(profiles["agreement_id"], value_set=blocks.to_be_read()["agreement_id"].combine_chunks())
    rows = [
        {
            "id_a": pair.id_a,
            "id_b": pair.id_b,
            "score": pair.score,
            "verdict": parameters.verdict(pair.score),
            **pair.levels,
        }
        for pair in scored_pairs(_agreements(profiles.filter(wanted)), names, parameters, pairs=blocks.pairs())
    ]
    columns = [*((name, pa.string()) for name in _PAIR), ("score", pa.float64()), ("verdict", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema([*columns, *((aspect, pa.string()) for aspect in LEVELS)]))


def _names(country_names: pa.Table, organization_names: pa.Table, parameters: Parameters) -> dict[str, str]:
    # of fifty thousand names of countries few are read in titles
    read = country_names.filter(pc.less_equal(country_names["tier"], LAST_TIER_READ))
    return names_in_titles(read.to_pylist(), organization_names.to_pylist(), parameters)


def _agreements(profiles: pa.Table) -> Iterator[Agreement]:
    return map(_agreement, profiles.to_pylist())


def _agreement(row: Mapping[str, Any]) -> Agreement:
    return Agreement(
        id=row["agreement_id"],
        titles=tuple(row["titles"] or ()),
        documents=frozenset(row["documents"] or ()),
        parties=frozenset(row["parties"] or ()),
        signed=_period(row, "signed"),
        in_force=_period(row, "in_force"),
        instrument=row["instrument_type"],
        place=row["place"],
        parents=frozenset(row["parents"] or ()),
    )


def _period(row: Mapping[str, Any], step: str) -> Period | None:
    earliest, latest = row[f"{step}_earliest"], row[f"{step}_latest"]
    return None if earliest is None or latest is None else Period(earliest, latest)
