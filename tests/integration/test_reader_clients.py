"""The clients that people use, really connected to a publication: what they discover, may ask, and may not do."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import adbc_driver_duckdb
import adbc_driver_manager.dbapi
import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa

from orchestration.publication.store import NoPublicationError
from orchestration.readers import OtherSandboxError, connect, parquet
from orchestration.settings import PROJECT_ROOT, Settings
from tests.small_star import publish_number


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One publication for all: nothing that a reader does changes it."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(raw=home / "raw", home=home, settle_seconds=0.0)
    publish_number(settings, 7, rows=3)
    return settings.serving


@pytest.fixture
def engine(serving: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"duckdb:///{serving / 'warehouse.duckdb'}", connect_args={"read_only": True})
    yield engine
    engine.dispose()


def test_sqlalchemy_discovers_tables_columns_and_comments(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    assert {"warehouse.main", "warehouse.evidence"} <= {name.replace('"', "") for name in inspector.get_schema_names()}
    assert inspector.get_table_names(schema="main") == ["fct_meeting"]
    assert set(inspector.get_table_names(schema="evidence")) == {"claims", "publications"}
    columns = {column["name"]: column for column in inspector.get_columns("fct_meeting", schema="main")}
    assert isinstance(columns["held_on"]["type"], sa.Date)
    assert isinstance(columns["value_usd"]["type"], sa.Float)
    assert columns["held_on"]["comment"] == "The day; 'known to the day'"
    assert inspector.get_table_comment("fct_meeting", schema="main")["text"].startswith("Grain: one row per meeting")


def test_sqlalchemy_reads_and_cannot_write(engine: sa.Engine) -> None:
    table = sa.Table("fct_meeting", sa.MetaData(), autoload_with=engine, schema="main")
    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.func.sum(table.c.value_usd)).where(table.c.number == 7)).scalar_one()
        assert found == 4.5
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only mode"):
        connection.execute(sa.delete(table))


def test_pandas_reads_through_sqlalchemy_and_from_parquet(engine: sa.Engine, serving: Path) -> None:
    frame = pd.read_sql("select meeting_id, title, held_on from fct_meeting order by 1", engine)
    assert frame["title"].tolist() == ["Ünïcode"] * 3
    again = pd.read_parquet(parquet(serving=serving) / "main.fct_meeting.parquet")
    assert again["meeting_id"].tolist() == frame["meeting_id"].tolist()


def test_adbc_discovers_and_reads_and_cannot_write(serving: Path) -> None:
    with adbc_driver_manager.dbapi.connect(
        driver=adbc_driver_duckdb.driver_path(),
        entrypoint="duckdb_adbc_init",
        db_kwargs={"path": str(serving / "warehouse.duckdb"), "access_mode": "READ_ONLY"},
        autocommit=True,
    ) as connection:
        catalogs = connection.adbc_get_objects(depth="columns").read_all().to_pylist()
        found = {
            table["table_name"]: [column["column_name"] for column in table["table_columns"]]
            for catalog in catalogs
            for schema in catalog["catalog_db_schemas"]
            for table in schema["db_schema_tables"]
        }
        assert found["claims"] == ["fact_id", "number"]
        with connection.cursor() as cursor:
            cursor.execute("select number, count(*) as meetings from fct_meeting group by number")
            assert cursor.fetch_arrow_table().to_pylist() == [{"number": 7, "meetings": 3}]
            with pytest.raises(adbc_driver_manager.Error, match="read-only mode"):
                cursor.execute("drop table fct_meeting")


def command_line(serving: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("duckdb", path=str(Path(sys.executable).parent))
    assert program is not None, "the package duckdb-cli installs it"
    return subprocess.run(
        [program, "-readonly", "-csv", *arguments, str(serving / "warehouse.duckdb")],
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_line_discovers_and_reads_and_cannot_write(serving: Path) -> None:
    assert "fct_meeting" in command_line(serving, "-c", ".tables").stdout
    comments = command_line(serving, "-c", "select comment from duckdb_columns() where column_name = 'held_on'")
    assert "known to the day" in comments.stdout
    assert command_line(serving, "-c", "select sum(number) as total from fct_meeting").stdout == "total\n21\n"
    refused = command_line(serving, "-c", "delete from fct_meeting")
    assert refused.returncode != 0
    assert "read-only mode" in refused.stderr


def test_a_locked_command_line_reads_no_files(serving: Path) -> None:
    lock = "set enable_external_access = false; set lock_configuration = true"
    refused = command_line(serving, "-cmd", lock, "-c", "select * from read_text('/etc/hostname')")
    assert refused.returncode != 0
    assert "disabled by configuration" in refused.stderr
    allowed = command_line(serving, "-cmd", lock, "-c", "select count(*) as meetings from fct_meeting")
    assert allowed.stdout == "meetings\n3\n"


def test_a_notebook_gets_a_connection_in_one_line(serving: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_HOME", str(serving.parent))
    frame = connect().sql("select count(*) as meetings from fct_meeting").df()
    assert frame["meetings"].tolist() == [3]


@pytest.mark.parametrize(
    "forbidden",
    [
        "from read_text('{outside}')",
        "from read_csv('{outside}')",
        "from '{outside}'",
        "from read_blob('{outside}')",
        "from read_parquet('{outside}')",
        "from read_json('{outside}')",
        "from sniff_csv('{outside}')",
        "from parquet_metadata('{outside}')",
        "from query('from read_text(''{outside}'')')",
        "from query_table('{outside}')",
        "prepare later as from read_text('{outside}')",
        "from glob('{folder}/*')",
        "from 'https://127.0.0.1/x.csv'",
        "from 's3://bucket/x.parquet'",
        "select getenv('HOME')",
        "copy (select 1) to '/dev/stdout'",
        "copy fct_meeting from '{outside}'",
        "import database '{folder}/taken'",
        "copy fct_meeting to '{folder}/taken.csv'",
        "export database '{folder}/taken'",
        "attach '{folder}/other.duckdb' as other",
        "attach ':memory:' as other",
        "install httpfs",
        "force install httpfs",
        "install sqlite from community",
        "update extensions",
        "load httpfs",
        "load '{folder}/mine.duckdb_extension'",
        "from duckdb_secrets()",
        "create secret mine (type s3, key_id 'id', secret 'key')",
        "create persistent secret mine (type s3, key_id 'id', secret 'key')",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "set lock_configuration = false",
        "reset lock_configuration",
        "set temp_directory = '{folder}/spill'",
        "set home_directory = '{folder}'",
        "set file_search_path = '{folder}'",
        "set custom_extension_repository = 'http://127.0.0.1:1'",
        "set allow_unsigned_extensions = true",
        "set autoinstall_known_extensions = true",
        "set profiling_output = '{folder}/profile.json'",
        "set log_query_path = '{folder}/queries.log'",
        "set memory_limit = '1TB'",
        "set threads = 64",
        "create table mine as select 1 as one",
        "create schema mine",
        "create view mine as select 1 as one",
        "create macro mine() as 1",
        "alter table fct_meeting add column mine integer",
        "insert into fct_meeting (meeting_id) values (1)",
        "update fct_meeting set number = 0",
        "delete from fct_meeting",
        "drop table fct_meeting",
        "comment on table fct_meeting is 'mine'",
    ],
)
def test_a_sandboxed_session_refuses(serving: Path, tmp_path: Path, forbidden: str) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("secret\n1\n")
    with connect(serving=serving) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(forbidden.format(outside=outside, folder=tmp_path)).fetchall()
        assert connection.execute("select count(*) from fct_meeting").fetchall() == [(3,)]
    assert {path.name for path in tmp_path.iterdir()} == {"outside.csv"}


WRITES_A_LOG = """
    import sys
    from pathlib import Path
    from orchestration.readers import connect

    connection = connect(serving=Path(sys.argv[1]))
    connection.execute(f"call enable_logging('QueryLog', storage_path => '{sys.argv[2]}', storage_buffer_size => 1)")
    connection.execute("select 42").fetchall()
    connection.close()
"""


def test_a_sandboxed_session_writes_no_log_of_its_queries(serving: Path, tmp_path: Path) -> None:
    # DuckDB notices only when it writes, and then ends the process: that of the reader alone
    log = tmp_path / "queries"
    asked = [sys.executable, "-c", textwrap.dedent(WRITES_A_LOG), str(serving), str(log)]
    run = subprocess.run(asked, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60)
    assert "Cannot access directory" in run.stderr
    assert not log.exists()


def test_a_sandboxed_session_may_keep_tables_of_its_own_and_spill_to_disk(serving: Path) -> None:
    with connect(serving=serving) as connection:
        connection.execute("create temp table mine as select number from fct_meeting")
        spill = connection.execute("select current_setting('temp_directory')").fetchall()[0][0]
        assert not Path(spill).is_relative_to(serving)
        assert connection.execute("select count(*) from mine").fetchall() == [(3,)]


def test_a_session_reads_the_folders_it_asked_for(serving: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "own.csv").write_text("number\n7\n")
    (tmp_path / "other.csv").write_text("number\n7\n")
    with connect(serving=serving, directories=[mine]) as connection:
        own = connection.read_csv(str(mine / "own.csv"))
        assert own.fetchall() == [(7,)]
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"from '{tmp_path}/other.csv'")
        with connect(serving=serving, directories=[mine]) as beside:
            assert beside.execute("select count(*) from fct_meeting").fetchall() == [(3,)]
        with pytest.raises(OtherSandboxError, match="close those connections first"):
            connect(serving=serving)


def test_there_is_nothing_to_connect_to_before_the_first_publication(settings: Settings) -> None:
    opens: list[Callable[..., object]] = [connect, parquet]
    for opening in opens:
        with pytest.raises(NoPublicationError, match="make warehouse"):
            opening(serving=settings.serving)


def test_one_process_that_holds_on_sees_the_newest_by_connecting_again(settings: Settings) -> None:
    publish_number(settings, 1)
    with connect(serving=settings.serving) as held:
        publish_number(settings, 2)
        with connect(serving=settings.serving) as fresh:
            assert fresh.execute("select number from fct_meeting").fetchall() == [(2,)]
        assert held.execute("select number from fct_meeting").fetchall() == [(1,)]
