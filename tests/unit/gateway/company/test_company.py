"""An open company: transactions, busy neighbours, the embedded file."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError

from tandem.errors import CompanyError, SettingsError
from tandem.gateway.company import company as company_module
from tandem.gateway.company import engine as engine_module
from tandem.gateway.company.chart import ACCOUNTS
from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import SERVICES, create_company, create_on, prepare_company
from tandem.gateway.company.describe import describe_company
from tandem.gateway.company.engine import is_busy, open_engine
from tandem.gateway.company.faults import Busy
from tandem.gateway.company.rows import insert_all
from tandem.settings import Settings
from tandem.values import utc_now

from .conftest import POLICY, raw


@pytest.fixture(scope="module")
def file_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "company01.db"
    create_company(f"sqlite:///{path}", POLICY)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, file_template: bytes) -> Path:
    made = tmp_path / "company01.db"
    made.write_bytes(file_template)
    return made


def test_the_embedded_company_has_what_a_first_day_needs(company: Company) -> None:
    driver = raw(company.engine)
    assert driver.execute("SELECT sysid, int1 FROM sysdata ORDER BY sysid").fetchall() == [
        ("AR01", 0),
        ("GL01", 0),
        ("IC01", 0),
        ("SO01", 1000),
    ]
    assert driver.execute("SELECT sysid, int1 FROM sosysd").fetchall() == [("SO01", 1000)]
    assert driver.execute("SELECT compid, currid FROM syccomp").fetchall() == [("01", "USD")]
    assert driver.execute("SELECT loctid FROM icloct ORDER BY loctid").fetchall() == [("EAST",), ("MAIN",)]
    assert driver.execute("SELECT sysid, int1 FROM arsysd").fetchall() == [("AR01", 0)]
    accounts = dict(driver.execute("SELECT glacnt, gldesc FROM glacnt").fetchall())
    assert accounts == ACCOUNTS
    items = driver.execute("SELECT item, stkcode FROM icitem").fetchall()
    assert {item for item, _ in items} == set(SERVICES)
    assert {stocked for _, stocked in items} == {"N"}


def test_every_day_of_the_embedded_company_lies_in_one_open_month(company: Company) -> None:
    rows = raw(company.engine).execute("SELECT fisyr, period, begdate, enddate, closed FROM sycdfis ORDER BY begdate")
    periods = rows.fetchall()
    assert (periods[0][2], periods[-1][3]) == ("2009-01-01", f"{utc_now().year + 2}-12-31")
    assert {closed for *_, closed in periods} == {"N"}
    assert all(first == f"{year}-{month}-01" for year, month, first, *_ in periods)
    for (*_, last, _), (_, _, first, *_) in pairwise(periods):
        assert date.fromisoformat(last) + timedelta(days=1) == date.fromisoformat(first)


def test_a_second_create_leaves_the_company_alone(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(CompanyError, match="holds a company already; it was left as it is"):
        create_company(f"sqlite:///{path}", POLICY)
    assert path.read_bytes() == before


def test_create_is_whole_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine("sqlite://")
    monkeypatch.setattr("tandem.gateway.company.create.LOCATIONS", {"X" * 99: "too wide"})
    with pytest.raises(CompanyError, match=r"icloct\.loctid holds 6"):
        create_on(engine, POLICY)
    assert raw(engine).execute("SELECT name FROM sqlite_master").fetchall() == []


def test_only_sqlite_can_be_created() -> None:
    with pytest.raises(CompanyError, match="only the embedded SQLite company"):
        create_company("mssql+pymssql://u:p@host/PRO01", POLICY)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nonsense", "TANDEM_SAGEPRO_DATABASE_URL is no database address"),
        ("postgresql://host/db", "cannot be kept in postgresql"),
    ],
)
def test_an_address_that_cannot_be_used(address: str, told: str) -> None:
    with pytest.raises(CompanyError, match=told):
        open_engine(address)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    with pytest.raises(CompanyError, match=r"there is no company at .*none\.db"):
        Company.connect(f"sqlite:///{missing}", POLICY)
    assert not missing.exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is not a database, but long enough to look like one" * 50)
    with pytest.raises(CompanyError, match="cannot be reached: file is not a database"):
        Company.connect(f"sqlite:///{path}", POLICY)


def test_the_file_is_a_safe_place(path: Path) -> None:
    company = Company.connect(f"sqlite:///{path}", POLICY)
    with company.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    company.close()
    assert found == ["wal", 2]


def test_a_write_is_undone_when_anything_goes_wrong(path: Path) -> None:
    company = Company.connect(f"sqlite:///{path}", POLICY)

    def half_done() -> None:
        with company.write() as connection:
            insert_all(connection, company.tables.somast, [{"sono": "1"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with company.read() as connection:
        assert connection.execute(select(company.tables.somast.c.sono)).all() == []
    company.close()


def test_a_neighbour_that_keeps_the_file_makes_it_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "LOCK_SECONDS", 0)
    company = Company.connect(f"sqlite:///{path}", POLICY)
    neighbour = sqlite3.connect(path, isolation_level=None)
    neighbour.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="nothing was written"), company.write():
        pytest.fail("the lock was not seen")
    neighbour.execute("ROLLBACK")
    neighbour.close()
    with company.write() as connection:
        insert_all(connection, company.tables.somast, [{"sono": "1"}])
    company.close()


def test_a_writer_of_the_same_process_that_takes_too_long(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company_module, "LOCK_SECONDS", 0)
    with company.write(), pytest.raises(Busy, match="another write is taking long"), company.write():
        pytest.fail("two writers at once")


@pytest.mark.parametrize(
    ("error", "busy"),
    [
        (sqlite3.OperationalError("database is locked"), True),
        (sqlite3.OperationalError("disk I/O error"), False),
        (Exception(1222, b"Lock request time out period exceeded"), True),
        (Exception(1205, b"deadlock"), True),
        (Exception(208, b"Invalid object name"), False),
        (Exception(), False),
    ],
)
def test_what_counts_as_busy(error: Any, busy: bool) -> None:
    assert is_busy(OperationalError("select 1", {}, error)) is busy


def test_other_faults_of_the_database_are_not_called_busy(company: Company) -> None:
    with pytest.raises(DBAPIError, match="no such table"), company.read() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_thing")


def settings_of(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def test_the_policy_comes_from_the_settings() -> None:
    told = settings_of(sagepro_zone="America/Chicago", sagepro_custom_fields="somast.WEBSONO", sagepro_allocate=True)
    assert Policy.of(told) == replace(POLICY, allocate=True, custom_fields=frozenset({"somast.websono"}))


def test_a_company_without_a_time_zone_is_refused() -> None:
    with pytest.raises(SettingsError, match="TANDEM_SAGEPRO_ZONE is not set"):
        Policy.of(settings_of(sagepro_zone=None))


def test_the_user_of_the_stamps_has_four_letters() -> None:
    with pytest.raises(ValidationError):
        settings_of(sagepro_user="TANDEM")


def test_describe_shows_columns_widths_and_counters_and_no_data(company: Company, path: Path) -> None:
    made = Company.connect(f"sqlite:///{path}", POLICY)
    with made.write() as connection:
        insert_all(connection, made.tables.arcust, [{"custno": "SECRET", "company": "Secret Ltd"}])
    made.close()
    found = describe_company(f"sqlite:///{path}")
    assert found["usable"]
    assert found["missing"] == []
    assert "secret" not in str(found["tables"]).casefold()
    assert {"table": "sysdata", "sysid": "SO01", "last_number": 1000, "disabled": False} in found["counters"]
    columns = {column["field"]: column for column in found["tables"]["sotran"]["columns"]}
    assert columns["price"] == {"column": "price", "field": "price", "type": "money", "width": 14, "scale": 4}
    assert columns["item"]["width"] == 25


def test_describe_works_where_the_gateway_would_not(path: Path) -> None:
    driver = sqlite3.connect(path)
    driver.execute("ALTER TABLE somast RENAME COLUMN ordamt TO amount")
    driver.execute("DROP TABLE sosysd")
    driver.execute("UPDATE sysdata SET pass2 = 'D' WHERE sysid = 'GL01'")
    driver.commit()
    driver.close()
    found = describe_company(f"sqlite:///{path}")
    assert not found["usable"]
    assert "somast has no column ordamt" in found["complaints"]
    assert found["missing"] == ["sosysd"]
    own = [column for column in found["tables"]["somast"]["columns"] if column["field"] is None]
    assert [column["column"] for column in own] == ["amount"]
    assert {"table": "sysdata", "sysid": "GL01", "last_number": 0, "disabled": True} in found["counters"]


def test_describe_hides_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tandem.gateway.company.describe.open_engine", lambda _: open_engine("sqlite://"))
    assert "secret" not in str(describe_company("mssql+pymssql://sa:secret@host/PRO01")["company"])


def test_prepare_adds_the_companion_tables_that_are_missing(path: Path) -> None:
    driver = sqlite3.connect(path)
    driver.executescript("DROP TABLE tdorder; DROP TABLE tdhist")
    driver.close()
    with pytest.raises(CompanyError, match="tdorder is missing"):
        Company.connect(f"sqlite:///{path}", POLICY)
    assert prepare_company(f"sqlite:///{path}") == ["tdorder", "tdhist"]
    assert prepare_company(f"sqlite:///{path}") == []
    Company.connect(f"sqlite:///{path}", POLICY).close()
