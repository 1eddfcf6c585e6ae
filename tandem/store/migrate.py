"""Brings a database to the newest schema; migrations are the only way that tables come about."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.errors import SettingsError
from tandem.store.database import Database

FOLDER = Path(__file__).parent / "migrations"

_LOCK = 0x7A4D
"""Any number will do, as long as every Tandem takes the same."""


def head() -> str:
    """The newest revision: files are named by theirs, so nobody has to load Alembic to know."""
    return max(file.stem.split("_")[0] for file in (FOLDER / "versions").glob("r*.py"))


def current(tx: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    if not sa.inspect(tx).has_table("alembic_version"):
        return None
    return tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def migrate(database: Database) -> None:
    """Upgrades to head in one transaction; of several processes that start at once, one does it and the others wait.

    Raises:
        SettingsError: the database is newer than this Tandem.
    """
    newest = head()
    found = database.read(current)
    if found is not None and found > newest:
        raise SettingsError(f"the store is at schema {found} and this Tandem knows only {newest}: upgrade Tandem")
    if found != newest:
        database.write(_upgrade)


def _upgrade(tx: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if tx.dialect.name == "postgresql":
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
