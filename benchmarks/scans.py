"""Questions that read all figures of trade or all events, of the star and of a table sorted by hand for them.

Belongs here: the questions, and the tables that a person would make who asks nothing else: the columns that the
questions need, the rows of one source, by date and dyad. Does not belong here: the questions of the cookbook, which are
asked of marts and of one dyad (`measures.questions`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.sql_text import literal

REPEATS = 7

TABLES = {
    "trade": """
        select period_earliest, dyad_code, country_a_code, country_b_code, commodity_code, value_usd, weight_kg
        from star.fct_trade_flow
        where source = 'baci'
        order by period_earliest, dyad_code
        """,
    "events": """
        select
            occurred_on, dyad_code, country_a_code, country_b_code, event_root_code, row_count, article_count,
            average_tone, average_goldstein, is_relative_date_artefact
        from star.fct_reported_event
        order by occurred_on, dyad_code
        """,
}

STAR = {"trade": "(from star.fct_trade_flow where source = 'baci')", "events": "star.fct_reported_event"}
"""Where the same rows are in the published file."""

QUESTIONS = {
    "trade": {
        "world trade by year": """
            select year(period_earliest), sum(value_usd), sum(weight_kg), count(*) from {table} group by 1 order by 1
            """,
        "the largest dyads of a year": """
            select dyad_code, sum(value_usd) from {table}
            where period_earliest = (select max(period_earliest) from {table})
            group by 1 order by 2 desc, 1 limit 20
            """,
        "who exports a product": """
            select country_a_code, year(period_earliest), sum(value_usd) from {table}
            where commodity_code = '010119' group by 1, 2 order by 3 desc, 1, 2 limit 20
            """,
        "what a country exports most": """
            select commodity_code, sum(value_usd) from {table}
            where country_a_code = 'CHN' group by 1 order by 2 desc, 1 limit 20
            """,
        "a country's balance with each partner": """
            select
                if(country_a_code = 'CHN', country_b_code, country_a_code) as partner,
                sum(if(country_a_code = 'CHN', value_usd, -value_usd))
            from {table}
            where country_a_code = 'CHN' or country_b_code = 'CHN' group by 1 order by 2, 1
            """,
        "how concentrated the exports of each country are": """
            select country_a_code, sum(share * share) from (
                select country_a_code, sum(value_usd) / sum(sum(value_usd)) over (partition by country_a_code) as share
                from {table} group by country_a_code, commodity_code
            ) group by 1 order by 2 desc, 1 limit 20
            """,
    },
    "events": {
        "events by month and root": """
            select date_trunc('month', occurred_on), event_root_code, count(*), sum(row_count) from {table}
            group by 1, 2 order by 1, 2
            """,
        "the dyads with most reports": """
            select dyad_code, sum(row_count), sum(article_count) from {table}
            where not is_relative_date_artefact group by 1 order by 2 desc, 1 limit 20
            """,
        "tone between each two countries": """
            select dyad_code, round(sum(average_tone * article_count) / sum(article_count), 6) from {table}
            group by 1 order by 2, 1 limit 20
            """,
        "the score of a country with all others by month": """
            select date_trunc('month', occurred_on), round(sum(average_goldstein * row_count) / sum(row_count), 6)
            from {table} where country_a_code = 'RUS' or country_b_code = 'RUS' group by 1 order by 1
            """,
    },
}
"""Of countries that generated files speak of: one that is nowhere would be answered by the bounds of the table."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One question, asked of both."""

    question: str
    star: float
    """Seconds, of the published file; the middle of several."""
    by_hand: float
    """The same, of the table sorted by hand."""


def scans(published: Path, scratch: Path) -> Iterator[Scan]:
    """Ask each question of a published file and of sorted tables made of it, in turn.

    Raises:
        AssertionError: they answer differently.
    """
    with duckdb.connect(str(scratch / "by_hand.duckdb")) as connection:
        connection.execute(f"attach {literal(published)} as star (read_only)")
        for subject, table in TABLES.items():
            connection.execute(f"create table {subject} as {table}")
        connection.execute("checkpoint")
        for subject, questions in QUESTIONS.items():
            of_star = STAR[subject]
            for question, sql in questions.items():
                times: dict[str, list[float]] = {of_star: [], subject: []}
                answers = {}
                for _ in range(REPEATS):
                    for table in times:
                        started = time.monotonic()
                        answers[table] = connection.execute(sql.format(table=table)).fetchall()
                        times[table].append(time.monotonic() - started)
                _same(answers[of_star], answers[subject], question)
                yield Scan(
                    question=question,
                    star=statistics.median(times[of_star]),
                    by_hand=statistics.median(times[subject]),
                )


def _same(ours: list[tuple[object, ...]], theirs: list[tuple[object, ...]], question: str) -> None:
    """Sums of floating point numbers follow the order of the rows: their last digits do not count."""

    def rounded(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return [tuple(f"{one:.9g}" if isinstance(one, float) else one for one in row) for row in rows]

    if rounded(ours) != rounded(theirs):
        raise AssertionError(f"{question}: the star and the table sorted by hand answer differently")
