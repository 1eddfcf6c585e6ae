"""The store as one object: what a process opens once and shares."""

from __future__ import annotations

from datetime import datetime

from tandem.store.alerts import Alerts
from tandem.store.backfills import Backfills
from tandem.store.budgets import Budgets
from tandem.store.database import Database
from tandem.store.demand import Demand
from tandem.store.erasure import erase
from tandem.store.inbox import Inbox
from tandem.store.ledger import Ledger
from tandem.store.letters import Letters
from tandem.store.links import Links
from tandem.store.migrate import migrate
from tandem.store.model import Status
from tandem.store.pauses import Pauses
from tandem.store.registers import Counters, Cursors, Drains
from tandem.store.reservations import Reservations
from tandem.store.retention import Retention
from tandem.store.status import status
from tandem.values import utc_now


class Store:
    """Inbox, ledger, links, letters and the small registers over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.inbox = Inbox(database)
        self.ledger = Ledger(database)
        self.links = Links(database)
        self.letters = Letters(database)
        self.cursors = Cursors(database)
        self.counters = Counters(database)
        self.alerts = Alerts(database)
        self.drains = Drains(database)
        self.reservations = Reservations(database)
        self.demand = Demand(database)
        self.retention = Retention(database)
        self.pauses = Pauses(database)
        self.budgets = Budgets(database)
        self.backfills = Backfills(database)

    @classmethod
    def open(cls, url: str) -> Store:
        """The store at this SQLAlchemy address, brought to the newest schema.

        Raises:
            StoreUnavailable: it cannot be reached.
            SettingsError: the address is of no kind we know, or a newer Tandem has migrated it.
        """
        database = Database(url)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Gives back all connections."""
        self.database.close()

    def register(self, connection: str, company: str) -> None:
        """Holds a connection to its company from the start, rather than at its first event.

        Raises:
            SettingsError: the connection belongs to another company.
        """
        self.database.belongs(connection, company)

    def ping(self) -> None:
        """Raises StoreUnavailable when the store cannot be read."""
        self.database.ping()

    def erase(self, connection: str, entity: str, key: str, now: datetime | None = None) -> int:
        """Takes the personal data of a record and of its children out of every table; amounts and links stay."""
        return erase(self.database, connection, entity, key, now or utc_now())

    def status(self, now: datetime | None = None) -> Status:
        """Counts by entity and state, what waits, since when, and what was refused."""
        return status(self.database, now or utc_now())
