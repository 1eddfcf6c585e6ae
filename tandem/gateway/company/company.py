"""An open company: its tables at this site's names, its clock, and transactions on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tandem.errors import CompanyError
from tandem.gateway.company.engine import LOCK_SECONDS, WRITE_OPTION, is_busy, open_engine
from tandem.gateway.company.faults import Busy, Conflict
from tandem.gateway.company.layout import Layout
from tandem.gateway.company.policy import Policy
from tandem.gateway.company.sole import Sole
from tandem.gateway.company.stamps import Stamp
from tandem.gateway.company.tables import Tables
from tandem.settings import Settings
from tandem.values import utc_now

__all__ = ["Company", "Policy"]

_NO_TRANSACTIONS = (
    "this company's tables know no transactions: only new sales orders are entered; "
    "make this change at Sage Pro's screens"
)


@dataclass(slots=True)
class Company:
    """One company database, ready to be read and written.

    Where the tables know no transactions, `mend` is called before anything is read or written, to bring to an end what
    was cut off; `unsettled` holds the orders that it could not bring to an end, external id to number.
    """

    engine: Engine
    tables: Tables
    policy: Policy
    clock: Callable[[], datetime] = utc_now
    mend: Callable[[Connection], Mapping[str, str]] | None = None
    unsettled: Mapping[str, str] = field(default_factory=dict)
    sole: Sole | None = None
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
        return cls.on(open_engine(address, transactions=policy.transactions), policy, clock=clock)

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
        _require_journal(layout, policy)
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

        Without transactions a read waits for the write under way, so that it sees no half of it.

        Raises:
            Busy: the database was held for too long.
        """
        if not self.policy.transactions:
            with self.step_by_step() as connection:
                yield connection
            return
        with _busy_named(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction, durable when the block has ended; any exception undoes all of it.

        On SQLite the writers of one process queue here, since its own waiting is by polling.

        Raises:
            Busy: another writer held the database for too long.
            Conflict: the tables know no transactions, so what is cut off in the middle could not be undone.
        """
        if not self.policy.transactions:
            raise Conflict("no-transactions", _NO_TRANSACTIONS)
        with self._alone(single=self.engine.dialect.name == "sqlite"):
            engine = self.engine.execution_options(**{WRITE_OPTION: True})
            with _busy_named(), engine.begin() as connection:
                yield connection

    @contextmanager
    def step_by_step(self) -> Iterator[Connection]:
        """The company to one caller at a time, each statement durable at once and none undone by an exception.

        Raises:
            Busy: another caller held the company for too long.
        """
        with self._alone(single=True), _busy_named(), self.engine.connect() as connection:
            if self.mend is not None:
                self.unsettled = self.mend(connection)
            yield connection

    @contextmanager
    def _alone(self, *, single: bool) -> Iterator[None]:
        if single and not self._writing.acquire(timeout=LOCK_SECONDS):
            raise Busy("another write is taking long; nothing was written")
        try:
            yield
        finally:
            if single:
                self._writing.release()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()
        if self.sole is not None:
            self.sole.release()


def _require_own_columns(layout: Layout, policy: Policy) -> None:
    for place in sorted(policy.custom_fields):
        column = layout.column(place)
        if column is None or not column.site:
            raise CompanyError(
                f"TANDEM_SAGEPRO_CUSTOM_FIELDS names {place}, which is no column of the site's own; "
                "`tandem company describe` shows them"
            )


def _require_journal(layout: Layout, policy: Policy) -> None:
    if not policy.transactions and not layout.has("tdstage"):
        raise CompanyError(
            "table tdstage is missing, without which a company without transactions is not written to; "
            "`tandem company prepare` adds it"
        )


@contextmanager
def _busy_named() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if is_busy(error):
            raise Busy("the company database is held by another writer; nothing was written") from error
        raise
