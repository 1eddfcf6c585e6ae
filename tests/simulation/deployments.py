"""The runs that are deployed: which flow each one starts, whether it lingers, and by what schedule it is swept."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
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

    @property
    def swept(self) -> frozenset[str]:
        """Whose changes a sweep looks for."""
        lines = (WHOSE[source] for entity, source in self.module.LINES if ENTITIES[entity].route(source).sweep)
        return frozenset(lines)

    @property
    def run(self) -> Callable[[], Coroutine[Any, Any, Any]]:
        """One run of it, without Prefect's engine."""
        flow: Any = getattr(self.module, self.module.__name__.rpartition(".")[2])
        return lambda: flow.fn(self.module.Options(live=self.live))

    def next_after(self, now: float) -> float:
        """Seconds until the schedule starts the next run."""
        return self.every - (now - self.after) % self.every


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
