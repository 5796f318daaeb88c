"""Which agreements are compared: those that share a block, by what their titles were read as.

Belongs here: the blocks of an agreement, and the pairs that share one, in SQL, since a million agreements have ten
million blocks. Does not belong here: reading a title (`titles`), or comparing two agreements (`linkage`).

Blocks: the same title in years that touch; one of its two rarest words, where these are rare, in years that touch; the
same countries in years that touch. A block of more than so many agreements says nothing, and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b

import duckdb
import pyarrow as pa

from orchestration.identity.titles import Title

KINDS = ("title", "word", "parties")
_NUMBERS = pa.list_(pa.int64())
SCHEMA = pa.schema(
    [
        ("agreement_id", pa.string()),
        ("reading", pa.int64()),
        ("meanings", _NUMBERS),
        *((f"{kind}_blocks", _NUMBERS) for kind in KINDS),
    ]
)
"""What titles were read as, what they mean and the blocks of each kind, as numbers that nothing else has."""
_YEAR_APART = 0x9E3779B97F4A7C15
"""An odd number without a pattern, so that no two numbers come to be one in some year."""
_ROWS_AT_ONCE = 10_000


def reading_of(
    agreement_id: str,
    titles: Sequence[Title],
    parties: frozenset[str],
    years: Collection[int],
    rarest: Callable[[Iterable[str]], Sequence[str]],
) -> dict[str, object]:
    """Return a row of `SCHEMA`; `years` are those that the agreement touches, `rarest` picks words to look for."""
    # a year and the next: agreements of neighbouring years meet in the later one's block
    around = {year for own in years for year in (own, own + 1)}
    blocks: dict[str, set[int]] = {kind: set() for kind in KINDS}
    meanings = {_number(title.meaning) for title in titles}
    blocks["title"] = {_in_year(meaning, year) for meaning in meanings for year in around or [0]}
    if around:
        words = {_number(word) for title in titles for word in rarest(title.topic)}
        blocks["word"] = {_in_year(word, year) for word in words for year in around}
        countries = {_number(sorted(named)) for title in titles for named in (title.mentions, parties) if named}
        blocks["parties"] = {_in_year(named, year) for named in countries for year in around}
    return {
        "agreement_id": agreement_id,
        "reading": _number(
            [(title.words, title.meaning, title.plain, title.countries, title.is_glued_to_year) for title in titles]
        ),
        "meanings": sorted(meanings),
        **{f"{kind}_blocks": sorted(numbers) for kind, numbers in blocks.items()},
    }


def _number(of: object) -> int:
    return int.from_bytes(blake2b(repr(of).encode(), digest_size=8).digest(), "big", signed=True)


def _in_year(number: int, year: int) -> int:
    return (number + year * _YEAR_APART + 2**63) % 2**64 - 2**63


def _unnested(readings: str) -> str:
    """Return a query for the blocks of some readings, one in a row."""
    return " union all ".join(
        f"select agreement_id, '{kind}' as kind, unnest({kind}_blocks) as block from {readings}"  # noqa: S608
        for kind in KINDS
    )


class Blocks:
    """The blocks of agreements, in a database of their own in memory; close it.

    All tables that are handed in and given back have the column agreement_id, or id_a and id_b.
    """

    def __init__(self, readings: pa.Table, largest: Mapping[str, int]) -> None:
        """Take the rows of `SCHEMA` of all agreements, and of how many a block of each kind may be at most."""
        self._connection = duckdb.connect()
        self._connection.execute(
            "create temp table largest as select unnest($1::varchar[]) as kind, unnest($2::bigint[]) as most",
            [list(largest), list(largest.values())],
        )
        self._connection.register("readings", readings)
        self._connection.execute(f"create temp table blocks as {_unnested('readings')}")
        self._connection.execute(
            "create temp view meant as select agreement_id, unnest(meanings) as meaning from readings"
        )

    def close(self) -> None:
        """Let go of all."""
        self._connection.close()

    def pair(self, among: pa.Table | None = None) -> None:
        """Find the pairs that share a block; `among`: those with one of these."""
        looked_for = "blocks"
        if among is not None:
            self._connection.register("among", among)
            looked_for = "blocks semi join (from blocks semi join among using (agreement_id)) using (kind, block)"
        with_one = "" if among is None else "and (a.agreement_id in (from among) or b.agreement_id in (from among))"
        self._connection.execute(
            f"""
            create temp table pairs as
            with looked_for as (from {looked_for}),
            telling as (
                select kind, block from looked_for join largest using (kind) group by kind, block, most
                having count(*) between 2 and most
            ),
            members as (from looked_for semi join telling using (kind, block))
            select distinct a.agreement_id as id_a, b.agreement_id as id_b
            from members as a join members as b using (kind, block)
            where a.agreement_id < b.agreement_id {with_one}
            """  # noqa: S608 - text of this file
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the pairs that were found, in order, the smaller id first."""
        rows = self._connection.execute("from pairs order by all")
        while some := rows.fetchmany(_ROWS_AT_ONCE):
            yield from some

    def to_be_read(self) -> pa.Table:
        """Return the agreements of these pairs, and all that have a title that means what one of theirs does."""
        return self._connection.execute(
            """
            with paired as (select id_a as agreement_id from pairs union select id_b from pairs),
            theirs as (select distinct meaning from meant semi join paired using (agreement_id))
            select agreement_id from meant semi join theirs using (meaning)
            union select agreement_id from paired
            """
        ).to_arrow_table()

    def concerned(self, changed: pa.Table, went: pa.Table, came: pa.Table) -> pa.Table:
        """Return the agreements of which pairs may have come, gone or be scored otherwise.

        These are the ones that `changed`, or whose titles are read otherwise; those with a title that means, or meant,
        what a title of these does, since it matters how often it recurs; and the members of a block that has become too
        large, or no longer is. `went` and `came` are the rows of `SCHEMA` that are others, as they were and now.
        """
        for name, table in (("changed", changed), ("went", went), ("came", came)):
            self._connection.register(name, table)
        return self._connection.execute(
            f"""
            with others as (select agreement_id from went union select agreement_id from came),
            had as ({_unnested("went")}),
            touched as (
                select kind, block from had union select kind, block from blocks semi join others using (agreement_id)
            ),
            held as (from blocks semi join touched using (kind, block)),
            now as (select kind, block, count(*) as members from held group by kind, block),
            before as (
                select kind, block, count(*) as members
                from (
                    select kind, block from held anti join others using (agreement_id)
                    union all select kind, block from had
                )
                group by kind, block
            ),
            turned as (
                select kind, block from now full join before using (kind, block) join largest using (kind)
                where (coalesce(now.members, 0) > most) <> (coalesce(before.members, 0) > most)
            ),
            theirs as (
                select meaning from meant semi join changed using (agreement_id)
                union select unnest(meanings) from went union select unnest(meanings) from came
            )
            select agreement_id from changed
            union select agreement_id from others
            union select agreement_id from meant semi join theirs using (meaning)
            union select agreement_id from held semi join turned using (kind, block)
            """  # noqa: S608 - text of this file
        ).to_arrow_table()


def pairs_that_share_a_block(
    readings: Iterable[Mapping[str, object]], largest: Mapping[str, int]
) -> list[tuple[str, str]]:
    """Return the pairs of ids that share a block, in order; takes rows of `SCHEMA`."""
    with closing(Blocks(pa.Table.from_pylist(list(readings), schema=SCHEMA), largest)) as blocks:
        blocks.pair()
        return list(blocks.pairs())
