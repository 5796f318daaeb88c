"""Measure the site at scale: a made star of 20,000 dyads, its first site, and the next one with little changed.

    .venv/bin/python -m benchmarks.site [--dyads 20000] [--folder …]

Most dyads have few facts and some have thousands, as in the world: agreements of many parties, visits, trade of both
sides, claims behind each. Prints pages, bytes, seconds and the largest page.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from orchestration.publication.store import _to_disk
from orchestration.site.building import WrittenSite, write_site
from tests.made_star import MadeStar

COUNTRIES = 215
"""Enough for 20,000 pairs and some."""

# constants of this module make the text of the statements
STATEMENTS = (
    """
    create table pair as
    select
        a.code || '-' || b.code as dyad_code, a.code as code_a, b.code as code_b,
        row_number() over (order by hash(a.code || b.code)) as number
    from country as a
    inner join country as b on a.code < b.code
    qualify row_number() over (order by hash(a.code || b.code)) <= $dyads
    """,
    """
    insert into dim_country by name
    select code as country_key, code as country_code, 'Country ' || code as name,
        'Republic of ' || code as official_name, true as is_current, true as is_current_state, 'state' as kind
    from country
    """,
    """
    insert into dim_dyad by name
    select dyad_code as dyad_key, dyad_code, code_a as country_a_code, 'Country ' || code_a as country_a_name,
        code_b as country_b_code, 'Country ' || code_b as country_b_name, dyad_code as name
    from pair
    """,
    # what they have: a few facts each, every hundredth hundreds, the first one thousands
    """
    create table fact as
    with numbered as (
        select
            *,
            unnest(range(case when number = 1 then 3000 when number % 100 = 0 then 300 else 2 + number % 9 end)) as step
        from pair
    )

    select
        *, dyad_code || '-' || step as id,
        date '1960-01-01' + ((hash(dyad_code || step) % 23000)::integer) as day
    from numbered
    """,
    """
    insert into mart_dyad_timeline by name
    select
        dyad_code,
        case when step % 3 = 0 then 'agreement_event' when step % 3 = 1 then 'meeting' else 'statement' end
            as fact_kind,
        id as fact_id, id as subject_id,
        case when step % 3 = 0 then 'agreement' when step % 3 = 1 then 'meeting' else 'statement' end as subject,
        case when step % 3 = 0 then 'signed' when step % 3 = 1 then 'visit' else 'supports' end as event,
        'What was agreed, met for or said, number ' || step as title, strftime(day, '%Y-%m-%d') as occurred_edtf,
        day as occurred_earliest, day as occurred_latest, 'asserted' as modality, 1 as claim_count,
        false as has_conflict, 'curated' as evidence_class, false as occurred_is_approximate,
        false as occurred_is_uncertain, 'source-' || hash(id) % 500 as document_id, 'p' || step % 20 as locator
    from fact
    """,
    """
    insert into bridge_fact_dyad by name
    select dyad_code, id as fact_id,
        case when step % 3 = 0 then 'agreement' when step % 3 = 1 then 'meeting' else 'statement' end as fact_kind,
        'curated' as evidence_class
    from fact
    """,
    """
    insert into dim_agreement by name
    select id as agreement_key, id as agreement_id, 'Agreement ' || id as title, 'Treaty' as instrument_name
    from fact where step % 3 = 0
    """,
    """
    insert into fct_agreement_lifecycle by name
    select id as fact_id, id as agreement_key, id as agreement_id, 'Agreement ' || id as title, 'in_force' as status,
        'asserted' as status_modality, false as is_status_inferred, strftime(day, '%Y-%m-%d') as status_since_edtf,
        day as status_since_earliest, 'asserted' as modality, true as binding_presumed, false as is_ending_announced,
        false as has_unknown_order, false as has_impossible_sequence, 2 as party_count, 1 as claim_count,
        false as has_conflict, 'curated' as evidence_class, 'source-' || hash(id) % 500 as document_id
    from fact where step % 3 = 0
    """,
    """
    insert into bridge_agreement_party by name
    select id as agreement_id, 'country' as party_kind, unnest([code_a, code_b]) as party_code, 'party' as role,
        'asserted' as modality
    from fact where step % 3 = 0
    """,
    """
    insert into fct_agreement_event by name
    select id as fact_id, id as agreement_id, unnest(['signed', 'ratified', 'entered_into_force']) as event,
        strftime(day, '%Y-%m-%d') as occurred_edtf, day as occurred_earliest, 'asserted' as modality,
        1 as claim_count, false as has_conflict, 'curated' as evidence_class
    from fact where step % 3 = 0
    """,
    "insert into dim_meeting by name select id as meeting_key, id as meeting_id from fact where step % 3 = 1",
    """
    insert into fct_meeting by name
    select id as fact_id, id as meeting_key, id as meeting_id, 'Visit ' || id as title, 'visit' as kind,
        'held' as status, false as is_status_inferred, strftime(day, '%Y-%m-%d') as started_edtf,
        day as started_latest, 'day' as started_precision, code_b as country_code, 'asserted' as modality,
        1 as claim_count, false as has_conflict, 'curated' as evidence_class
    from fact where step % 3 = 1
    """,
    """
    insert into fct_meeting_participation by name
    select id || side as fact_id, id as meeting_id, 'Person ' || side as person, 'Minister' as office,
        'country' as represents_kind, if(side = 1, code_a, code_b) as represents_code, 'guest' as role,
        'asserted' as modality, false as has_conflict, 'curated' as evidence_class
    from fact, (select unnest([1, 2]) as side)
    where step % 3 = 1
    """,
    """
    insert into fct_statement by name
    select id as fact_id, id as statement_id, 'A Minister' as speaker, 'country' as on_behalf_of_kind,
        code_a as on_behalf_of_code, 'supports' as stance, strftime(day, '%Y-%m-%d') as made_edtf,
        day as made_latest, 'The minister is for it.' as paraphrase, 'asserted' as modality, 1 as claim_count,
        false as has_conflict, 'curated' as evidence_class
    from fact where step % 3 = 2
    """,
    """
    insert into fct_trade_mirror by name
    select dyad_code || code || year as trade_mirror_key, dyad_code, code as exporter_code,
        if(code = code_a, code_b, code_a) as importer_code, 'TOTAL' as commodity_code, 'money' as unit,
        year::varchar as period_edtf, make_date(year, 1, 1) as period_earliest,
        make_date(year, 12, 31) as period_latest,
        number * 1000.0 as exporter_value_usd, number * 1080.0 as importer_value_usd, '=' as exporter_operator,
        '=' as importer_operator, 1.08 as importer_to_exporter_ratio, number * 80.0 as difference_usd,
        'none' as missing_side, false as has_conflict, 'source-1' as exporter_document_id,
        'source-2' as importer_document_id
    from (select *, unnest([code_a, code_b]) as code from pair where number % 3 = 0),
        (select unnest(range(2014, 2024))::integer as year)
    """,
    """
    insert into mart_trade_balance by name
    select trade_mirror_key as trade_balance_key, dyad_code, exporter_code as country_code,
        importer_code as partner_code, period_edtf, period_earliest, period_latest,
        exporter_value_usd as exports_usd, 'reported' as exports_source, true as exports_is_total,
        'FOB' as exports_basis,
        importer_value_usd as imports_usd, 'mirror' as imports_source, true as imports_is_total,
        'CIF' as imports_basis, false as is_inferred, false as is_mixed_vintage
    from fct_trade_mirror
    """,
    """
    insert into fct_reported_event by name
    select id as fact_id, dyad_code, 'visit' as event_class, 'Visit' as event_class_name, code_a as source_code,
        code_b as target_code, day as occurred_on, false as is_relative_date_artefact, 3 as url_count,
        3 as mention_count, 'machine_coded' as evidence_class
    from fact where step % 5 = 0
    """,
    """
    insert into dim_document by name
    select 'source-' || range as document_id, 'Source ' || range as title, 'dataset' as kind, true as is_delivered,
        '2024-09' as published_edtf, date '2024-09-30' as published_latest, 'CC0-1.0' as licence,
        true as redistributable, 'Publisher' as publisher
    from range(500)
    """,
    """
    insert into evidence.files by name
    select 'sha' as sha256, 'd' as delivery_id, 'agreements/all.csv' as original_path
    """,
    """
    insert into evidence.claims by name
    select kind || id as claim_id, kind as feed, kind as fact_kind, id as fact_id,
        'source-' || hash(id) % 500 as document_id, 'p' || step % 20 as locator, 'asserted' as modality,
        'd' as delivery_id, 'sha' as file_sha256, step as row_number, timestamp '2024-10-01' as recorded_from,
        false as is_retraction, true as is_current, 1 as claim_rank, true as is_winner, 'the only claim' as reason,
        '{"title":"What was agreed"}' as attributes
    from (
        select *, unnest(
            case when step % 3 = 0 then ['agreement', 'agreement_event'] when step % 3 = 1 then ['meeting']
            else ['statement'] end
        ) as kind
        from fact
    )
    """,
    "drop table fact",
    "drop table pair",
    "drop table country",
)


def make(database: Path, *, dyads: int, day: int) -> None:
    """Make a star of so many dyads; another `day` changes one fact in a thousand of the timelines."""
    with MadeStar(database) as star:
        star.connection.execute(
            "create table country as select 'C' || lpad(range::varchar, 3, '0') as code from range(?)", [COUNTRIES]
        )
        for sql in STATEMENTS:
            star.connection.execute(sql, {"dyads": dyads} if "$dyads" in sql else None)
        star.connection.execute(
            "update mart_dyad_timeline set title = title || ', corrected' where hash(fact_id) % 1000 = 0 and ? > 1",
            [day],
        )
        for number in range(1, day + 1):
            star.publish(f"2026112{number}T090000000Z-0000000{number}", f"2026-11-2{number} 09:00:00")


def measure(folder: Path, earlier: Path | None) -> tuple[WrittenSite, float, float]:
    """Write a site; return what it came to, the seconds of processor, and those of bringing it to the disk."""
    began = time.process_time()
    written = write_site(folder, earlier=earlier)
    processor = time.process_time() - began
    began = time.monotonic()
    _to_disk(folder / "site")
    return written, processor, time.monotonic() - began


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dyads", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="where to work and leave the sites; by default a scratch folder")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="entente-site-"))
    earlier = None
    for day in (1, 2, 3):
        here = folder / str(day)
        began = time.monotonic()
        # the third publication has the same facts as the second
        make(here / "warehouse.duckdb", dyads=options.dyads, day=min(day, 2))
        made = time.monotonic() - began
        written, processor, to_disk = measure(here, earlier)
        pages = sorted((here / "site").rglob("*.html"), key=lambda path: path.stat().st_size)
        own = sum(path.stat().st_size for path in pages if path.stat().st_nlink == 1 or day == 1)
        print(
            f"publication {day}: {written.page_count:,} pages, {written.written:,} written, "
            f"{written.byte_count / 1e6:,.0f} MB of which {own / 1e6:,.0f} MB of its own; "
            f"{written.seconds:.1f} s ({processor:.1f} s of processor), {to_disk:.1f} s to the disk; "
            f"median page {pages[len(pages) // 2].stat().st_size / 1e3:.1f} kB, "
            f"largest {pages[-1].name} {pages[-1].stat().st_size / 1e3:.0f} kB (star made in {made:.1f} s)"
        )
        sys.stdout.flush()
        earlier = here
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"memory: at most {memory:,.0f} MB; {os.cpu_count()} processors")
    if options.folder is None:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
