"""Where a crash test lives: a folder, ports and a store of its own, and everything that `tandem up` runs."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tandem.cli import environment, processes
from tandem.cli.processes import Supervisor
from tandem.cli.up import running
from tandem.errors import SettingsError
from tandem.sandbox.play.day_cast import ZONE
from tandem.settings import Settings, settings
from tests import ports

POSTGRES = "TANDEM_TEST_POSTGRES_URL"
DRIVER = "postgresql+psycopg://"

HURRY = {"TANDEM_LEASE_SECONDS": "10", "TANDEM_LINGER_SECONDS": "30", "TANDEM_RUN_SECONDS": "60"}
"""Leases that run out and drains that hand over within the minutes of a test."""


class Found(Exception):
    """Leaves the scratch database where it is."""


def settle_in(home: Path, *, store: str = "", hurry: Mapping[str, str] = HURRY) -> Settings:
    """The settings of this process and its children: all embedded in the folder, the store where it is said to be."""
    base = ports.kept()
    os.environ |= {"TANDEM_PORT_BASE": str(base), "TANDEM_PREFECT_PORT": str(base + 4), **hurry}
    settings.cache_clear()
    environment.isolate(home, zone=ZONE)
    os.environ["TANDEM_DATABASE_URL"] = store
    settings.cache_clear()
    return settings()


@contextmanager
def everything(now: Settings) -> Iterator[Supervisor]:
    """What `tandem up` runs, up and ready; gone afterwards.

    The supervisor waits longer and longer for a service that keeps dying. Here we are who kills it: a second is enough.
    """
    before, processes.LONGEST_PAUSE = processes.LONGEST_PAUSE, 1.0
    try:
        with running(now) as supervisor:
            yield supervisor
    finally:
        processes.LONGEST_PAUSE = before


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of the store: empty for SQLite in the folder, else a scratch database; it stays after a failure.

    Raises:
        SettingsError: PostgreSQL is asked for, and no server is named.
    """
    if kind == "sqlite":
        yield ""
        return
    if not os.environ.get(POSTGRES):
        raise SettingsError(f"{POSTGRES} names no PostgreSQL server")
    server = os.environ[POSTGRES].replace(DRIVER, "postgresql://", 1)
    name = f"tandem_crash_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    yield f"{os.environ[POSTGRES].rsplit('/', 1)[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)')


def write(url: str, statement: str) -> None:
    """Change the scratch database by hand."""
    with psycopg.connect(url.replace(DRIVER, "postgresql://", 1)) as connection:
        connection.execute(statement)
