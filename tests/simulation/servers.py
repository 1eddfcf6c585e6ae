"""Receiver, gateway and shop as processes that die and come up again."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from tandem.errors import StoreUnavailable
from tandem.ingress import create_app as ingress_app
from tandem.store import Store
from tests.simulation.processes import NOBODY, Fuse
from tests.simulation.server import Server

PORTS = {"ingress": 8700, "gateway": 8701, "shop": 8702}
OF = {"ingress": "shop", "gateway": "company", "shop": "shop"}
"""Whose commits change what a server answers; nobody reads from the receiver."""


class Servers:
    """What listens in a world."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._apps: dict[str, Callable[[], Any]] = {
            "ingress": self._ingress,
            "gateway": self._gateway,
            "shop": self._shop,
        }

    def start(self) -> None:
        """All of them, for the first time."""
        for name, app in self._apps.items():
            version = partial(self._world.versions.__getitem__, OF[name])
            self._world.network.servers[PORTS[name]] = Server(name, app(), version)
            self._boot(name)

    def _boot(self, name: str) -> None:
        """Start a server; when it dies, it comes up again after a while."""
        world, loop = self._world, asyncio.get_running_loop()
        server = world.network.servers[PORTS[name]]
        doomed = loop.time() < world.weather.calm and world.dice.chance(0.7 * world.weather.deadly)
        process = world.processes.start(name, name, Fuse(int(world.dice.scale(20, 20_000))) if doomed else None)

        def died() -> None:
            server.process = None
            loop.call_later(world.dice.scale(1, 1800), self._boot, name, context=NOBODY)

        process.at_death.append(died)
        try:
            server.app = process.context.run(self._apps[name])
        except StoreUnavailable as error:
            process.kill(f"as it came up: {error}")
        else:
            server.process = process
            world.trace(f"{name} is up")

    def _ingress(self) -> Any:
        settings = self._world.settings
        store = Store.open(settings.store_url)
        return ingress_app(settings, store, wake=self._world.conductor.wake, alarm=lambda *_: None)

    def _gateway(self) -> Any:
        self._world.systems.restart_gateway()
        return self._world.systems.gateway

    def _shop(self) -> Any:
        self._world.systems.restart_shop()
        return self._world.systems.shop_app
