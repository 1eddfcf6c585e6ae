"""What all desks of the shop work with: its file, its clock, its counters and the way an event leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from tandem.errors import SettingsError
from tandem.sandbox.database import Database, counter, metadata, setting
from tandem.sandbox.faults import Board
from tandem.sandbox.shop.refusal import ShopError
from tandem.sandbox.shop.tables import Resource
from tandem.sandbox.shop.transaction import Happening, Record, Transaction, moment_text
from tandem.sandbox.shop.wire import shown, stamp
from tandem.sandbox.webhooks import Emission, Outbox, event_id_of, stored
from tandem.values import dumps, utc_now

ZONE, CLOCK = "shop.zone", "shop.clock"

EVENT = "event"
"""Counter of events; it goes on over a reset, so that no webhook-id comes twice."""

LARGEST = 262_144
"""Characters; the event of a larger record is thin, because receivers limit what they take."""


class ShopCore:
    """State that outlives the process; safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        *,
        zone: ZoneInfo,
        board: Board,
        outbox: Outbox,
        currency: str = "USD",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self.zone = zone
        self.currency = currency
        self.board = board
        self.outbox = outbox
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._check_zone()
        fixed = database.remembered(CLOCK)
        self._fixed = datetime.fromisoformat(fixed) if fixed else None

    def _check_zone(self) -> None:
        kept = self.database.remembered(ZONE)
        if kept is None:
            self.database.remember(ZONE, self.zone.key)
        elif kept != self.zone.key:
            raise SettingsError(
                f"TANDEM_CLARITY_ZONE={self.zone.key!r}, but the stand-in's records were made in {kept!r}: "
                "use that zone, or begin with a fresh TANDEM_HOME"
            )

    @property
    def now(self) -> datetime:
        """The shop's time: the real one unless it was set."""
        return self._fixed or self._clock().astimezone(UTC)

    def set_clock(self, moment: datetime | None) -> None:
        """Stops the shop's clock at a moment, or lets it go on; restarts do not change it."""
        self._fixed = moment.astimezone(UTC) if moment else None
        self.database.remember(CLOCK, self._fixed.isoformat() if self._fixed else "")

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Calls back after each change that made an event."""
        self._listeners.append(listener)

    def stamp(self, moment: datetime) -> str:
        """A moment as records carry it."""
        return stamp(moment, self.zone)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A change; its events leave with it."""
        with self.database.writing() as connection:
            moment = self.board.knobs.same_updated_date or self.now
            tx = Transaction(connection, self.stamp(moment))
            yield tx
            self._post(tx, moment_text(moment.astimezone(UTC)))
            tx.flush()
        if tx.events:
            self._tell()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A look at the shop."""
        with self.database.reading() as connection:
            yield Transaction(connection, self.stamp(self.now))

    def _post(self, tx: Transaction, occurred: str) -> None:
        if not tx.events:
            return
        first = tx.number(EVENT, len(tx.events))
        emissions = [
            Emission(
                seq=first + index,
                type=happened.type,
                subject=str(happened.record[happened.resource.key]),
                occurred=occurred,
                body=self._envelope(happened.type, occurred, self._payload(happened)),
            )
            for index, happened in enumerate(tx.events)
        ]
        used = self.outbox.add(tx.connection, emissions, self._clock(), copies_from=first + len(emissions))
        tx.number(EVENT, used)

    def _payload(self, happened: Happening) -> str:
        knobs, text = self.board.knobs, happened.text
        if knobs.payload == "thin" or len(text) > LARGEST:
            names = [happened.resource.key, "updatedDate"] + ["version"] * ("version" in happened.record)
            text = dumps({name: happened.record.get(name) for name in names})
        return shown(text, offset=knobs.offset)

    def _envelope(self, event: str, occurred: str, data: str) -> str:
        return f'{{"type":{dumps(event)},"timestamp":{dumps(occurred)},"data":{data}}}'

    def announce(self, event: str, data: Any, *, subject: str = "", raw: str | None = None) -> str:
        """Sends an event that the shop has no record for, such as a return; answers its webhook-id.

        `raw` is sent in place of the envelope, as a ping that is not JSON.
        """
        occurred = moment_text(self.now)
        body = self._envelope(event, occurred, dumps(data)) if raw is None else raw
        with self.writing() as tx:
            seq = tx.number(EVENT)
            emission = Emission(seq=seq, type=event, subject=subject, occurred=occurred, body=body)
            tx.number(EVENT, self.outbox.add(tx.connection, [emission], self._clock(), copies_from=seq + 1))
        self._tell()
        return event_id_of(seq)

    def resend(self, event_id: str) -> bool:
        """Sends an event again with its old body and its old id; False when there is none of that id."""
        with self.writing() as tx:
            old = stored(tx.connection, event_id)
            if old is None:
                return False
            seq = tx.number(EVENT)
            again = replace(old, seq=seq)
            tx.number(EVENT, self.outbox.add(tx.connection, [again], self._clock(), copies_from=seq + 1))
        self._tell()
        return True

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def touch(self, resource: Resource, keys: Sequence[str]) -> None:
        """Notes a change of records without changing anything else in them."""
        with self.writing() as tx:
            for record in tx.where(resource, resource.key, keys):
                tx.save(resource, touched(record, tx))
                tx.emit(f"{resource.event}.updated", resource, record)

    def reset(self) -> None:
        """Forgets all records and events; ids go on where they were, so that none comes twice."""
        with self.database.writing() as connection:
            for table in metadata.sorted_tables:
                if table not in (setting, counter):
                    connection.execute(delete(table))

    def refuse_if_told(self, what: str) -> None:
        """409 where a knob says so.

        Raises:
            ShopError: it does.
        """
        if what in self.board.knobs.refuse:
            raise ShopError(409, "refused", f"the shop does not allow {what} now")


def touched(record: Record, tx: Transaction) -> Record:
    """The record with its change noted."""
    record["updatedDate"] = tx.stamp
    if "version" in record:
        record["version"] += 1
    return record
