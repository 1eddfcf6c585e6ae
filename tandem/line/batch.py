"""The cargo that one pass of the line carries together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tandem.entities.cargo import Cargo
from tandem.entities.declaration import Entity, Route
from tandem.entities.state import Outcome


class Batch:
    """Records of one entity on one route; a plain class on purpose.

    Prefect walks into the arguments of a task as far as they are dicts, lists, models or dataclasses; a batch of 500
    orders would cost more to walk than to import.
    """

    def __init__(self, entity: Entity, route: Route, cargo: Iterable[Cargo]) -> None:
        self.entity = entity
        self.route = route
        self.cargo = list(cargo)

    def __len__(self) -> int:
        return len(self.cargo)

    def __str__(self) -> str:
        """As task runs are named: "37 x order from clarity"."""
        return f"{len(self.cargo)} x {self.entity.name} from {self.route.source}"

    @property
    def open(self) -> list[Cargo]:
        """What no station has decided yet."""
        return [cargo for cargo in self.cargo if cargo.open]

    def decide(self, decision: Callable[[Cargo], Outcome | None]) -> None:
        """Let `decision` look at everything that is open; what it returns is the outcome."""
        for cargo in self.open:
            cargo.outcome = decision(cargo)

    def alone(self, cargo: Cargo) -> Batch:
        """One record of this batch from the start, as one that may have been written already."""
        again = replace(cargo.message, attempts=cargo.message.attempts + 1)
        return Batch(self.entity, self.route, [Cargo(message=again)])
