"""The runs that are deployed: which flow each one starts, whether it lingers, and by what schedule it is swept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from flows import catalogue, inventory, order_to_fulfillment
from tandem.entities import ENTITIES, System

ROOT = Path(__file__).parents[2]
MINUTE = 60.0

FLOWS = {
    "flows.order_to_fulfillment.order_to_fulfillment": order_to_fulfillment,
    "flows.inventory.inventory": inventory,
    "flows.catalogue.catalogue": catalogue,
}
"""Those that drain the inbox, live or by the clock."""

WHOSE = {System.CLARITY: "shop", System.SAGEPRO: "company"}


UP = ("scheduled", "running")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One of prefect.yaml; `name` is that of flow and deployment, as `dispatch` spells it.

    `every` and `after` are the seconds of its schedule, 0 for one that has none.
    """

    name: str
    live: bool
    module: Any
    every: float = 0.0
    after: float = 0.0

    @property
    def entities(self) -> frozenset[str]:
        """What it drains."""
        return frozenset(entity for entity, _ in self.module.LINES)

    def swept(self, kept: Collection[str]) -> frozenset[str]:
        """Whose changes a sweep looks for, where somebody keeps records of only these entities."""
        lines = ((e, source) for e, source in self.module.LINES if e in kept and ENTITIES[e].route(source).sweep)
        return frozenset(WHOSE[source] for _, source in lines)

    @property
    def run(self) -> Callable[[], Coroutine[Any, Any, Any]]:
        """One run of it, without Prefect's engine."""
        flow: Any = getattr(self.module, self.module.__name__.rpartition(".")[2])
        return lambda: flow.fn(self.module.Options(live=self.live))

    def next_after(self, now: float) -> float:
        """Seconds until the schedule starts the next run."""
        return self.every - (now - self.after) % self.every


@dataclass
class Run:
    """A flow run."""

    number: int
    of: Deployment
    state: str = "scheduled"
    since: float = 0.0
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"{self.of.name.partition('/')[2]}-{self.number}"

    @property
    def live(self) -> bool:
        """Whether it lingers."""
        return self.of.live

    @property
    def up(self) -> bool:
        """Whether it is coming or under way."""
        return self.state in UP


def deployed() -> dict[str, Deployment]:
    """All runs of prefect.yaml that drain, by name; live ones without a schedule, the others by theirs."""
    found = {}
    for entry in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]:
        module = FLOWS.get(entry["entrypoint"].replace(":", "."))
        if module is None:
            continue
        name = f"{module.__name__.rpartition('.')[2].replace('_', '-')}/{entry['name']}"
        after, every = _minutes(entry["schedules"][0]["cron"]) if "schedules" in entry else (0.0, 0.0)
        live = bool(entry["parameters"]["options"]["live"])
        found[name] = Deployment(name=name, live=live, module=module, every=every, after=after)
    return found


def _minutes(cron: str) -> tuple[float, float]:
    """First second and period of a schedule such as `2-59/5 * * * *`."""
    minutes, *rest = cron.split()
    start, slash, step = minutes.partition("/")
    first = start.split("-")[0]
    if not slash or set(rest) != {"*"}:
        raise ValueError(f"prefect.yaml: the simulator cannot read the schedule {cron!r}; it knows `2-59/5 * * * *`")
    return (0.0 if first == "*" else float(first) * MINUTE), float(step) * MINUTE
