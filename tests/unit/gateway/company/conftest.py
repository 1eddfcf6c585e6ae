"""An embedded company in memory, made once and put back as it was before each test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import create_on
from tandem.gateway.company.engine import open_engine

CHICAGO = ZoneInfo("America/Chicago")
POLICY = Policy("01", CHICAGO)
NOW = datetime(2026, 3, 2, 16, 11, 12, tzinfo=UTC)


def raw(engine: Engine) -> sqlite3.Connection:
    """SQLite's own connection, to see what a plain reader sees."""
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@pytest.fixture(scope="session")
def made() -> Iterator[tuple[Company, sqlite3.Connection]]:
    engine = open_engine("sqlite://")
    create_on(engine, POLICY)
    template = sqlite3.connect(":memory:")
    raw(engine).backup(template)
    yield Company.on(engine, POLICY, clock=lambda: NOW), template
    template.close()
    engine.dispose()


@pytest.fixture
def company(made: tuple[Company, sqlite3.Connection]) -> Company:
    found, template = made
    template.backup(raw(found.engine))
    return found
