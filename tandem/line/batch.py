"""The cargo that one pass of the line carries together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tandem.entities.cargo import Cargo
from tandem.entities.declaration import Entity, Route
from tandem.entities.state import Outcome
from tandem.line.traffic import Ticket
from tandem.values import utc_now

FEW = 20
"""Records that are not worth a task run for each station."""


class Batch:
    """Records of one entity on one route; a plain class on purpose.

    Prefect walks into the arguments of a task as far as they are dicts, lists, models or dataclasses; a batch of 500
    orders would cost more to walk than to import.
    """

    def __init__(self, entity: Entity, route: Route, cargo: Iterable[Cargo], ticket: Ticket | None = None) -> None:
        self.entity = entity
        self.route = route
        self.cargo = list(cargo)
        self.few = len(self.cargo) <= FEW
        self.ticket = ticket or Ticket()
        self.claimed = utc_now()

    def __len__(self) -> int:
        return len(self.cargo)

    def __str__(self) -> str:
        """As task runs are named: "37 x order from clarity"."""
        return f"{len(self.cargo)} x {self.entity.name} from {self.route.source}"

    @property
    def open(self) -> list[Cargo]:
        """What no station has decided yet."""
        return [cargo for cargo in self.cargo if cargo.open]

    @property
    def undecided(self) -> list[Cargo]:
        """What is open and has no payload yet: no rule has decided about it."""
        return [cargo for cargo in self.open if cargo.payload is None]

    def decide(self, decision: Callable[[Cargo], Outcome | None]) -> None:
        """Let `decision` look at everything that is open; what it returns is the outcome."""
        for cargo in self.open:
            cargo.outcome = decision(cargo)

    def take(self, cargo: Cargo, single: Batch) -> None:
        """What became of a record that went alone; it leaves if it was given back."""
        if single.cargo:
            cargo.take(single.cargo[0])
        else:
            self.cargo.remove(cargo)

    def alone(self, cargo: Cargo) -> Batch:
        """One record of this batch from the start, as one that may have been written already."""
        again = replace(cargo.message, attempts=cargo.message.attempts + 1)
        single = Batch(self.entity, self.route, [Cargo(message=again)], self.ticket)
        single.claimed = self.claimed
        return single
