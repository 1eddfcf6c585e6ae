"""The acts of the demo: the shop fills, customers buy, the warehouse ships, and each act ends when all has settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tandem.cli import services
from tandem.cli.settling import Settling
from tandem.sandbox.play.script import Cast, Document, Kind
from tandem.sandbox.play.stage import Stage
from tandem.settings import Settings

Script = Callable[[], Iterator[Document]]
"""Begins the documents anew each time: a large file is read again rather than kept in memory."""

SEED = 7
TROUBLE = {"seed": SEED, "events": {"duplicate": {"rate": "0.1"}, "swap": {"rate": "0.05", "seconds": "1"}}}
"""What goes wrong with the day's webhooks: some come twice, some overtake the one before."""


@dataclass
class Record:
    """What the acts did, for the story."""

    placed: int = 0
    there: int = 0
    announced_again: int = 0
    shipments: list[str] = field(default_factory=list)
    voided: list[str] = field(default_factory=list)
    whole: int = 0
    part: int = 0
    short: int = 0


@dataclass
class Acts:
    """Plays one cast and its documents on a stage."""

    now: Settings
    stage: Stage
    settling: Settling
    told: Callable[[str], None]
    record: Record = field(default_factory=Record)

    def enter(self, cast: Cast) -> None:
        """Goods are put on the shelves, customers register."""
        self.told(f"{len(cast.items)} products go on the shelves, {len(cast.customers)} customers register")
        self.stage.stock_up(cast)
        self.stage.register(cast.customers)

    def sell(
        self, script: Script, outlines: Sequence[Document], *, outage: float | None, trouble: bool
    ) -> list[Document]:
        """Everything that is not there yet comes in; what is there is announced once more. Gives what is new."""
        there = self.stage.orders_there() | self.stage.announced((Kind.RETURN, Kind.ADJUSTMENT))
        new = [document for document in outlines if document.key not in there]
        self.record.placed, self.record.there = len(new), len(outlines) - len(new)
        if there:
            self.record.announced_again = self.stage.announce_again()
            self.told(f"{self.record.announced_again} events of before are sent once more")
        self.stage.trouble(TROUBLE if trouble else {})
        self.told(f"{len(new)} documents come in by webhook")
        coming = (document for document in script() if document.key not in there)
        self.stage.play(islice(coming, len(new) // 2))
        if outage is None:
            self.stage.play(coming)
        else:
            self._without_gateway(coming, outage)
        self.settling.quiet()
        self.stage.trouble({})
        return new

    def change(self, documents: Sequence[Document]) -> None:
        """What happens to orders after they were placed: edits, cancellations, releases."""
        steps = [(document.key, step) for document in documents for step in document.later]
        self.told(f"{len(steps)} orders are changed in the shop")
        for key, step in steps:
            self.stage.step(key, step)
        self.settling.quiet()

    def ship(self) -> None:
        """The warehouse works two shifts; after the first, one parcel is taken back."""
        self._shift(finish=False)
        if self.record.shipments:
            parcel = self.record.shipments[0]
            self.stage.void(parcel)
            self.record.voided.append(parcel)
            self.settling.until("taking a parcel back", self._not_taken_back)
        self._shift(finish=True)

    def _shift(self, *, finish: bool) -> None:
        done = self.stage.shift(SEED, finish=finish)
        self.record.shipments += done["shipments"]
        self.record.whole += done["whole"]
        self.record.part += done["part"]
        self.record.short += done["short"]
        self.told(f"the warehouse sends {len(done['shipments'])} parcels")
        self.settling.shipped(done["shipments"])
        self.settling.quiet()

    def _not_taken_back(self) -> list[str]:
        left = len(self.record.voided) - self.stage.taken_back()
        if left:
            self.settling.wake()
        return [f"{left} void shipments"] if left else []

    def _without_gateway(self, documents: Iterable[Document], outage: float) -> None:
        supervisor = self.settling.supervisor
        self.told(f"the gateway is stopped for {outage:.0f} s while orders come in")
        supervisor.stop("gateway")
        back = time.monotonic() + outage
        self.stage.play(documents)
        self.settling.until("without the gateway", lambda: ["it to come back"] if time.monotonic() < back else [])
        supervisor.start(services.web("gateway", self.now))
        supervisor.wait("gateway")
        self.told("the gateway is up again")
