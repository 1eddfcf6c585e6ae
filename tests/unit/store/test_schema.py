import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from tandem.errors import SettingsError, StoreUnavailable
from tandem.store import Store
from tandem.store import desk as desk_tables  # noqa: F401 - it registers its tables
from tandem.store.database import Database
from tandem.store.migrate import FOLDER, current, head, migrate
from tandem.store.schema import metadata
from tests.unit.store.conftest import Desk


def pictured(database: Database) -> dict[str, object]:
    """Columns, constraints and indexes of every table, as the database itself tells them."""

    def look(tx: sa.Connection) -> dict[str, object]:
        inspector = sa.inspect(tx)
        return {
            name: (
                sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)),
                inspector.get_pk_constraint(name)["constrained_columns"],
                sorted(c["column_names"] for c in inspector.get_unique_constraints(name)),
                sorted(_indexes(tx, name)),
            )
            for name in inspector.get_table_names()
            if name != "alembic_version"
        }

    return database.read(look)


def _indexes(tx: sa.Connection, table: str) -> list[str]:
    if tx.dialect.name == "sqlite":
        asked = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :t AND sql IS NOT NULL"
    else:
        asked = "SELECT indexdef FROM pg_indexes WHERE tablename = :t AND schemaname = 'public'"
    return [" ".join(sql.split()) for sql in tx.execute(sa.text(asked), {"t": table}).scalars()]


def test_the_migrations_make_the_tables_that_the_code_declares(url: str) -> None:
    database = Database(url)
    migrate(database)
    migrated = pictured(database)
    database.write(lambda tx: metadata.drop_all(tx))
    database.write(lambda tx: metadata.create_all(tx))
    declared = pictured(database)
    database.close()
    assert migrated == declared
    assert set(migrated) == set(metadata.tables)


def test_a_database_that_is_at_head_is_left_alone(url: str) -> None:
    first = Store.open(url)
    first.cursors.set("main", "x", _cursor())
    first.close()
    second = Store.open(url)
    assert second.cursors.get("main", "x") == _cursor()
    assert second.database.read(current) == head()
    second.close()


def _cursor() -> object:
    from tandem.store import Cursor
    from tests.unit.store.conftest import START

    return Cursor(START, "7")


def test_a_store_that_a_newer_tandem_migrated_is_refused(url: str) -> None:
    Store.open(url).close()
    database = Database(url)
    database.write(lambda tx: tx.execute(sa.text("UPDATE alembic_version SET version_num = 'r9999'")))
    database.close()
    with pytest.raises(SettingsError, match=f"r9999.*{head()}.*upgrade Tandem"):
        Store.open(url)


def test_every_revision_is_named_by_its_file() -> None:
    for file in (FOLDER / "versions").glob("r*.py"):
        assert f'revision = "{file.stem.split("_")[0]}"' in file.read_text()


def test_migrations_run_from_any_folder_and_from_inside_the_package(tmp_path: Path) -> None:
    assert FOLDER.is_relative_to(Path(sys.modules["tandem"].__path__[0]))
    code = "from tandem.store import Store; Store.open('sqlite:///here.db').close()"
    root = str(Path(sys.modules["tandem"].__path__[0]).parent)
    environment = {**os.environ, "PYTHONPATH": root}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0
    assert (tmp_path / "here.db").stat().st_size > 0


START = """
import sys
from tandem.store import Store
print("there", flush=True)
sys.stdin.readline()
Store.open(sys.argv[1]).close()
"""
"""Everything that takes its time is imported before the word is given."""


def test_several_processes_may_start_first(url: str) -> None:
    """Processes of their own: one that is forked out of a test run may inherit a lock that a thread of it held."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as stack:
        starters = []
        for _ in range(4):
            starter = stack.enter_context(subprocess.Popen([sys.executable, "-c", START, url], **pipes))
            stack.callback(starter.kill)  # only one that hangs is still there
            starters.append(starter)
        assert [starter.stdout.readline() for starter in starters] == ["there\n"] * 4
        for starter in starters:
            starter.stdin.write("\n")
            starter.stdin.flush()
        said = [starter.communicate(timeout=240)[1] for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 4, said
    store = Store.open(url)
    assert store.database.read(current) == head()
    store.close()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("mysql://host/db", "names mysql: use sqlite"),
        ("sqlite://", "use sqlite:///FILE"),
        ("not an address", "is no database address"),
    ],
)
def test_an_address_of_another_kind_is_refused_with_the_setting(address: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=f"TANDEM_DATABASE_URL.*{sentence}"):
        Store.open(address)


def test_a_database_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be used now"):
        Store.open("postgresql+psycopg://nobody@127.0.0.1:1/nothing")


def test_sqlite_keeps_what_it_acknowledged(desk: Desk) -> None:
    if not desk.url.startswith("sqlite"):
        pytest.skip("settings of SQLite")

    def settings(tx: sa.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "busy_timeout")
        return [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert desk.store.database.read(settings) == ["wal", 2, 10000]


def test_tables_can_be_written_as_sql_for_both_databases() -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    for dialect in (postgresql.dialect(), sqlite.dialect()):
        for table in metadata.sorted_tables:
            assert str(CreateTable(table).compile(dialect=dialect))
            for index in table.indexes:
                assert str(CreateIndex(index).compile(dialect=dialect))
