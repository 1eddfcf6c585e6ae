"""An open company: its tables at this site's names, its clock, and transactions on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tandem.errors import CompanyError
from tandem.gateway.company.engine import LOCK_SECONDS, WRITE_OPTION, is_busy, open_engine
from tandem.gateway.company.faults import Busy
from tandem.gateway.company.layout import Layout
from tandem.gateway.company.stamps import Stamp
from tandem.gateway.company.tables import Tables
from tandem.settings import Settings
from tandem.values import utc_now, zone_of


@dataclass(frozen=True, slots=True)
class Policy:
    """What one site has decided for its gateway."""

    company: str
    zone: ZoneInfo
    user: str = "TNDM"
    location: str = "MAIN"
    allocate: bool = False
    system_schema: str | None = None
    custom_fields: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """The policy that the settings say.

        Raises:
            SettingsError: the company's time zone is missing or unknown.
        """
        return cls(
            company=settings.company,
            zone=zone_of(settings.sagepro_zone, setting="TANDEM_SAGEPRO_ZONE"),
            user=settings.sagepro_user,
            location=settings.sagepro_location,
            allocate=settings.sagepro_allocate,
            system_schema=settings.sagepro_system_schema,
            custom_fields=frozenset((settings.sagepro_custom_fields or "").lower().split()),
        )


@dataclass(slots=True)
class Company:
    """One company database, ready to be read and written."""

    engine: Engine
    tables: Tables
    policy: Policy
    clock: Callable[[], datetime] = utc_now
    _writing: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Company:
        """The company that the settings name.

        Raises:
            SettingsError: its time zone is missing or unknown.
            CompanyError: it cannot be reached, or tables and columns that must be there are missing.
        """
        return cls.connect(settings.company_url, Policy.of(settings), clock=clock)

    @classmethod
    def connect(cls, address: str, policy: Policy, *, clock: Callable[[], datetime] = utc_now) -> Company:
        """The company at an address.

        Raises:
            CompanyError: it cannot be reached, or tables and columns that must be there are missing.
        """
        return cls.on(open_engine(address), policy, clock=clock)

    @classmethod
    def on(cls, engine: Engine, policy: Policy, *, clock: Callable[[], datetime] = utc_now) -> Company:
        """The company behind an engine.

        Raises:
            CompanyError: it cannot be reached, or tables and columns that must be there are missing.
        """
        try:
            with engine.connect() as connection:
                layout = Layout.read(connection, system_schema=policy.system_schema)
        except DBAPIError as error:
            raise CompanyError(f"the company database cannot be reached: {error.orig}") from error
        _require_own_columns(layout, policy)
        return cls(engine, Tables(layout), policy, clock)

    @property
    def layout(self) -> Layout:
        """Physical names and widths."""
        return self.tables.layout

    def stamp(self) -> Stamp:
        """The audit stamp of this moment."""
        return Stamp.at(self.clock(), self.policy.zone, self.policy.user)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: everything in it is of one moment (on SQLite and under snapshot isolation).

        Raises:
            Busy: the database was held for too long.
        """
        with _busy_named(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction, durable when the block has ended; any exception undoes all of it.

        On SQLite the writers of one process queue here, since its own waiting is by polling.

        Raises:
            Busy: another writer held the database for too long.
        """
        single = self.engine.dialect.name == "sqlite"
        if single and not self._writing.acquire(timeout=LOCK_SECONDS):
            raise Busy("another write is taking long; nothing was written")
        try:
            engine = self.engine.execution_options(**{WRITE_OPTION: True})
            with _busy_named(), engine.begin() as connection:
                yield connection
        finally:
            if single:
                self._writing.release()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _require_own_columns(layout: Layout, policy: Policy) -> None:
    for place in sorted(policy.custom_fields):
        column = layout.column(place)
        if column is None or not column.site:
            raise CompanyError(
                f"TANDEM_SAGEPRO_CUSTOM_FIELDS names {place}, which is no column of the site's own; "
                "`tandem company describe` shows them"
            )


@contextmanager
def _busy_named() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if is_busy(error):
            raise Busy("the company database is held by another writer; nothing was written") from error
        raise
