"""`tandem company` at the command line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.cli.company import app
from tandem.errors import CompanyError, SettingsError
from tandem.settings import settings
from tandem.values import loads


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("TANDEM_SAGEPRO_ZONE", "America/Chicago")
    monkeypatch.delenv("TANDEM_SAGEPRO_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield tmp_path / "var"
    settings.cache_clear()


def run(*arguments: str) -> str:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False).output


def test_create_describe_and_prepare(home: Path) -> None:
    assert loads(run("create", "--currency", "EUR", "--last-order", "41", "--json")) == {
        "company": "01",
        "path": str(home / "company01.db"),
    }
    found = loads(run("describe", "--json"))
    assert found["usable"]
    assert {"table": "sosysd", "sysid": "SO01", "last_number": 41, "disabled": False} in found["counters"]
    assert "Counters" in run("describe")
    assert loads(run("prepare", "--json")) == {"added": []}
    with pytest.raises(CompanyError, match="holds a company already"):
        run("create")


def test_create_says_where_the_company_is(home: Path) -> None:
    assert run("create") == f"Company 01 was made in {home / 'company01.db'}.\n"


def test_create_needs_the_companys_time_zone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TANDEM_SAGEPRO_ZONE")
    with pytest.raises(SettingsError, match="TANDEM_SAGEPRO_ZONE"):
        run("create")
    assert not home.exists()


def test_describe_of_nothing_is_one_clear_sentence(home: Path) -> None:
    with pytest.raises(CompanyError, match="there is no company at"):
        run("describe")


def test_check_finds_an_order_that_is_only_partly_there(home: Path) -> None:
    run("create")
    assert loads(run("check", "--json")) == {"partial": []}
    assert run("check") == "Every order is whole.\n"
    with closing(sqlite3.connect(home / "company01.db")) as connection:
        connection.execute("INSERT INTO somast (sono, custno) VALUES ('      1001', 'SMITH01')")
        connection.execute("INSERT INTO tdorder (sono, extid) VALUES ('      1001', 'W-1')")
        connection.execute("INSERT INTO tdline (sono, tranlineno) VALUES ('      1001', 1)")
        connection.commit()
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert result.output == "Sales order 1001 (order W-1 of the shop): 0 of 1 lines are there\n"
