"""The copy in a real PostgreSQL server, read by psql and SQLAlchemy."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest
import sqlalchemy as sa

from orchestration.automation.jobs import COPY
from orchestration.automation.journal import Journal
from orchestration.code_location import build_definitions
from orchestration.publication import postgres
from orchestration.publication.postgres import (
    PostgresBusyError,
    PostgresError,
    PostgresTarget,
    copy_to_postgres,
)
from orchestration.publication.postgres_assets import KEY
from orchestration.publication.publishing import publish, rollback
from orchestration.settings import Settings
from tests.integration.postgres_server import PASSWORD, Server, programs, running
from tests.small_star import build, publish_number


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: on Debian and Ubuntu, apt-get install postgresql")
    with running(binaries) as server:
        server.psql("create role reader login password 's3cr:t@/'; create role desk")
        yield server


@pytest.fixture
def target(server: Server) -> Iterator[PostgresTarget]:
    yield PostgresTarget(url=server.url(), reader_role="reader")
    for schema in server.psql("select quote_ident(nspname) from pg_namespace where nspname ~ '^entente'").split():
        server.psql(f"drop schema {schema} cascade")


@pytest.fixture
def engine(server: Server) -> Iterator[sa.Engine]:
    engine = sa.create_engine(server.url("reader").replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def numbers(server: Server) -> set[str]:
    return set(
        server.psql(
            """
            select number from entente.fct_meeting
            union all
            select number from entente_evidence.claims
            """,
            user="reader",
        ).split()
    )


def test_psql_reads_the_star_and_its_lineage_with_comments(
    settings: Settings, server: Server, target: PostgresTarget
) -> None:
    publication = publish_number(settings, 7, rows=3)
    copied = copy_to_postgres(settings, target)
    assert (copied.is_new, copied.publication_id, copied.table_count) == (True, publication.publication_id, 3)
    assert copied.row_count == publication.row_count
    assert server.psql("select count(*), min(title), min(held_on) from entente.fct_meeting", user="reader") == (
        "3|Ünïcode|2024-09-18"
    )
    assert server.psql("select publication_id from entente_evidence.publications") == publication.publication_id
    assert server.psql("select obj_description('entente.fct_meeting'::regclass)") == (
        "Grain: one row per meeting; it's quoted"
    )
    assert server.psql("select col_description('entente.fct_meeting'::regclass, 4)") == "The day; 'known to the day'"


def test_sqlalchemy_discovers_tables_types_and_comments(
    settings: Settings, target: PostgresTarget, engine: sa.Engine
) -> None:
    publish_number(settings, 7)
    copy_to_postgres(settings, target)
    inspector = sa.inspect(engine)
    assert inspector.get_table_names(schema="entente") == ["fct_meeting"]
    assert inspector.get_table_comment("fct_meeting", schema="entente")["text"].startswith("Grain: one row per meeting")
    columns = {column["name"]: column for column in inspector.get_columns("fct_meeting", schema="entente")}
    types = {name: str(column["type"]) for name, column in columns.items()}
    assert types == {
        "meeting_id": "BIGINT",
        "number": "BIGINT",
        "title": "VARCHAR",
        "held_on": "DATE",
        "value_usd": "DOUBLE PRECISION",
        "is_held": "BOOLEAN",
        "published_at": "TIMESTAMP",
    }
    assert columns["held_on"]["comment"] == "The day; 'known to the day'"


def test_a_reader_cannot_write(settings: Settings, server: Server, target: PostgresTarget) -> None:
    publish_number(settings, 7)
    copy_to_postgres(settings, target)
    with pytest.raises(AssertionError, match="permission denied"):
        server.psql("delete from entente.fct_meeting", user="reader")


def test_a_second_copy_takes_the_place_of_the_first_and_leaves_nothing_behind(
    settings: Settings, server: Server, target: PostgresTarget
) -> None:
    publish_number(settings, 1)
    copy_to_postgres(settings, target)
    assert not copy_to_postgres(settings, target).is_new
    assert copy_to_postgres(settings, target, force=True).is_new
    publish_number(settings, 2)
    assert copy_to_postgres(settings, target).is_new
    assert numbers(server) == {"2"}
    assert server.psql("select nspname from pg_namespace where nspname ~ '^entente' order by 1").split() == [
        "entente",
        "entente_evidence",
    ]


def test_after_a_rollback_the_copy_follows(settings: Settings, server: Server, target: PostgresTarget) -> None:
    for number in (1, 2):
        publish_number(settings, number)
        copy_to_postgres(settings, target)
    rollback(settings)
    copy_to_postgres(settings, target)
    assert numbers(server) == {"1"}


def test_rights_to_read_that_others_were_given_stay(settings: Settings, server: Server, target: PostgresTarget) -> None:
    publish_number(settings, 1)
    copy_to_postgres(settings, target)
    server.psql("grant usage on schema entente to desk; grant select on entente.fct_meeting to desk, public")
    publish_number(settings, 2)
    copy_to_postgres(settings, target)
    assert server.psql("select has_table_privilege('desk', 'entente.fct_meeting', 'select')") == "t"
    assert server.psql("select has_schema_privilege('desk', 'entente', 'usage')") == "t"
    assert server.psql("select has_schema_privilege('desk', 'entente_evidence', 'usage')") == "f"


def test_a_copy_that_fails_leaves_the_former_one(
    settings: Settings, server: Server, target: PostgresTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_number(settings, 1)
    copy_to_postgres(settings, target)
    publish_number(settings, 2)
    with monkeypatch.context() as broken:
        broken.setattr(postgres, "_as_postgres_takes_it", lambda name, _: f'"{name}"::struct(a integer) as "{name}"')
        with pytest.raises(PostgresError, match="has the former copy"):
            copy_to_postgres(settings, target)
    with monkeypatch.context() as broken:
        broken.setattr(
            postgres._Server, "_switch_statements", lambda *_: "alter schema entente rename to x; select 1/0"
        )
        with pytest.raises(PostgresError, match="division by zero"):
            copy_to_postgres(settings, target)
    assert numbers(server) == {"1"}
    copy_to_postgres(settings, target)
    assert numbers(server) == {"2"}


def test_a_query_that_runs_is_waited_for_and_keeps_its_copy(
    settings: Settings, server: Server, target: PostgresTarget, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PAUSE_SECONDS", 0.05)
    publish_number(settings, 1)
    copy_to_postgres(settings, target)
    publish_number(settings, 2)
    question = sa.text("select number from entente.fct_meeting")
    with engine.connect() as connection:
        assert connection.execute(question).scalar_one() == 1
        with monkeypatch.context() as hasty:
            hasty.setattr(postgres, "SWITCH_ATTEMPTS", 2)
            with pytest.raises(PostgresBusyError, match="copy_to_postgres"):
                copy_to_postgres(settings, target)
        assert numbers(server) == {"1"}
        copying = threading.Thread(target=copy_to_postgres, args=(settings, target))
        copying.start()
        time.sleep(0.5)
        assert connection.execute(question).scalar_one() == 1
    copying.join(timeout=60)
    assert numbers(server) == {"2"}


def test_readers_never_see_two_copies_in_one_answer(
    settings: Settings, server: Server, target: PostgresTarget, engine: sa.Engine
) -> None:
    publish_number(settings, 0, rows=50)
    copy_to_postgres(settings, target)
    question = sa.text(
        "select distinct number from entente.fct_meeting union select distinct number from entente_evidence.claims"
    )
    seen: list[tuple[int, ...]] = []
    broken: list[Exception] = []
    done = threading.Event()

    def keep_reading() -> None:
        while not done.is_set():
            try:
                with engine.connect() as connection:
                    seen.append(tuple(connection.execute(question).scalars()))
            except sa.exc.SQLAlchemyError as error:
                broken.append(error)
                return

    readers = [threading.Thread(target=keep_reading) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 8):
        publish_number(settings, number, rows=50)
        copy_to_postgres(settings, target)
    done.set()
    for reader in readers:
        reader.join()
    assert broken == []
    assert {len(answer) for answer in seen} == {1}
    assert numbers(server) == {"7"}


def test_what_somebody_else_made_is_never_touched(settings: Settings, server: Server, target: PostgresTarget) -> None:
    publish_number(settings, 1)
    server.psql("create schema entente; create table entente.payroll (name text)")
    with pytest.raises(PostgresError, match="ENTENTE_POSTGRES_SCHEMA"):
        copy_to_postgres(settings, target)
    assert server.psql("select count(*) from entente.payroll") == "0"


def test_a_view_of_somebody_on_the_copy_is_named_and_not_dropped(
    settings: Settings, server: Server, target: PostgresTarget
) -> None:
    publish_number(settings, 1)
    copy_to_postgres(settings, target)
    server.psql("create view public.mine as select * from entente.fct_meeting")
    publish_number(settings, 2)
    with pytest.raises(PostgresError, match="mine"):
        copy_to_postgres(settings, target)
    assert server.psql("select number from public.mine") == "1"
    server.psql("drop view public.mine")
    copy_to_postgres(settings, target)
    assert numbers(server) == {"2"}


def test_types_that_postgres_has_not_go_over_as_what_it_has(
    settings: Settings, server: Server, target: PostgresTarget
) -> None:
    build(settings, 1)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            """
            create table main."Odd ""Name" as
            select 1::utinyint as "select", 12345678901234567890123456789::hugeint as huge,
                [1, 2] as list, {'a': 'x'} as struct, 'a' || chr(0) || 'b' as nul, 1.25::decimal(5, 2) as amount,
                date '9999-12-31' as "valid""to"
            """
        )
    publish(settings, run_id="a-run")
    copy_to_postgres(settings, target)
    assert server.psql('select * from entente."Odd ""Name"') == (
        '1|12345678901234567890123456789|[1,2]|{"a":"x"}|ab|1.25|9999-12-31'
    )


def test_a_name_that_postgres_would_cut_off_is_refused(settings: Settings, target: PostgresTarget) -> None:
    build(settings, 1)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(f"create table main.fct_{'x' * 70} as select 1 as one")
    publish(settings, run_id="a-run")
    with pytest.raises(PostgresError, match="cut off"):
        copy_to_postgres(settings, target)


def test_the_job_copies_and_no_event_of_a_run_tells_the_password(
    settings: Settings, server: Server, target: PostgresTarget
) -> None:
    publish_number(settings, 7)
    wrong = PostgresTarget(url=server.url(password="wr0ng%40word"))  # noqa: S106
    told = []
    with dg.instance_for_test() as instance:
        for chosen in (wrong, target):
            journal = Journal()
            definitions = build_definitions(resources={"settings": settings, "journal": journal}, postgres=chosen)
            result = definitions.resolve_job_def(COPY).execute_in_process(instance=instance, raise_on_error=False)
            assert result.success == (chosen is target)
            told += [str(entry) for entry in instance.all_logs(result.run_id)]
        assert instance.get_latest_materialization_event(KEY) is not None
    assert any("password authentication failed" in entry for entry in told)
    for secret in ("wr0ng", PASSWORD, "s3cr"):
        assert not any(secret in entry for entry in told)


def test_without_a_server_there_is_no_asset_and_no_job() -> None:
    definitions = build_definitions()
    assert KEY not in {spec.key for spec in definitions.resolve_all_asset_specs()}
    assert COPY not in {job.name for job in definitions.resolve_all_job_defs()}


def test_the_connection_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_POSTGRES_URL", "postgresql://u:hidden@db/bi")
    monkeypatch.setenv("ENTENTE_POSTGRES_SCHEMA", "affairs")
    found = PostgresTarget.from_environment()
    assert found is not None
    assert found.schemas == {"main": "affairs", "evidence": "affairs_evidence"}
    assert "hidden" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p%40ss@db/bi",
        "postgresql://db/bi?user=u&password=p%40ss",
        "host=db user=u password=p@ss dbname=bi",
        "host=db user=u password = 'p@ss' dbname=bi",
    ],
)
def test_words_of_an_error_are_told_without_the_password(url: str) -> None:
    words = PostgresTarget(url=url).without_secrets(f'Unable to connect to "{url}", that is to "{url[:-1]}", with p@ss')
    assert "p@ss" not in words
    assert "p%40ss" not in words
