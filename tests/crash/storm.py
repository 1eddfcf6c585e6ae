"""The middle of a crash test: load, kills while it goes on, and everything that was begun brought to its end."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tandem.cli.processes import Supervisor
from tandem.sandbox.play.stage import Stage
from tandem.settings import Settings
from tests.crash.beside import beside
from tests.crash.company_side import in_company
from tests.crash.customers import Customers
from tests.crash.kills import Kill, Killer, say
from tests.crash.load import SHIFT, Load
from tests.crash.quiet import Sides, late, left, settle
from tests.crash.screens import MAIN, Screens
from tests.crash.script import OPENING, SCARCE, cast

PATIENCE = 300.0
"""Seconds that everything may take to come to rest after the last kill."""

HELD = "select entity, key, lease_owner from queue where lease_owner is not null limit 20"


@dataclass
class Storm:
    """One run of it; `rest` is what was not done in the end, `absent` who did not come back to be killed."""

    now: Settings
    supervisor: Supervisor
    customers: Customers
    screens: Screens
    sides: Sides
    seed: int
    rate: float
    victims: tuple[str, ...]
    log: Path
    rest: dict[str, int] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def rage(self, kills: int) -> Counter[str]:
        """Open the shop, kill, come to rest; gives how many of each process were killed."""
        self._open()
        load = Load(self.customers, self.screens, seed=self.seed, rate=self.rate)
        killer = Killer(
            supervisor=self.supervisor,
            now=self.now,
            seed=self.seed,
            victims=self.victims,
            store=self.sides.store,
            state=self._state,
            told=self._told,
            alive=load.check,
        )
        load.start()
        killed = killer.kill(kills)
        self.seconds["storm"] = round(time.monotonic() - killer.began, 1)
        say("the last kill is done; what was begun is brought to its end")
        self._close(load, killer.tend)
        self.seconds["quiet"] = round(time.monotonic() - killer.began - self.seconds["storm"], 1)
        return killed

    def _open(self) -> None:
        people = cast()
        with Stage(self.now.url_of("sandbox"), self.now.secret("clarity_token")) as stage:
            stage.stock_up(people)
        for customer in people.customers:
            self.customers.register(customer)
        for sku in SCARCE:
            self.customers.shelve(sku, MAIN, OPENING)

    def _close(self, load: Load, tend: Callable[[], None]) -> None:
        """The load ends, all of it settles, the warehouse ships once more, and that settles too."""
        load.close()
        beside(load.join, tend)
        load.check()
        beside(lambda: self.customers.announce_again(late(self.sides.shop)), tend)
        self.rest = settle(self.sides, tend, PATIENCE)
        if not self.rest:
            beside(lambda: self.customers.ship(self.seed, SHIFT), tend)
            self.rest = settle(self.sides, tend, PATIENCE)

    def _state(self) -> dict[str, Any]:
        return {
            "acknowledged": len(self.customers.book),
            "in_company": len(in_company(self.sides.company)),
            "left": left(self.sides),
            "in_flight": [" ".join(row) for row in self.sides.store.rows(HELD)],
        }

    def _told(self, kill: Kill) -> None:
        with self.log.open("a") as file:
            file.write(f"{json.dumps(asdict(kill))}\n")
        seen = {name: kill.state[name] for name in ("acknowledged", "in_company")} | kill.state["left"]
        if kill.absent:
            self.absent.append(kill.process)
        verb = "absent" if kill.absent else "killed"
        say(f"{kill.seconds:7.1f} s  {kill.number:4d}  {verb} {kill.process:<8} {seen}")
