"""Both systems and the store of one simulated world: real applications over real SQLite files, fresh for each seed."""

import os
import shutil
import tempfile
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from tandem.gateway.app import create_app as gateway_app
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.app import create_app as shop_app
from tandem.sandbox.faults import Knobs
from tandem.sandbox.shop import Shop
from tandem.sandbox.shop.access import Access
from tandem.sandbox.warehouse.books import Books
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import utc_now
from tests.simulation.dice import Dice
from tests.simulation.virtual import virtual_clock

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("America/Chicago")
SECRET = "whsec_c2ltdWxhdGVkLXNlY3JldC1vbmU="
SKUS = {"ABC-1": "19.90", "ABC-2": "33.33", "ABC-3": "10.00", "ABC-4": "7.49", "ABC-5": "249.00"}
STOCK = Decimal(100_000)


def settings_in(home: Path, **fields: Any) -> Settings:
    """The settings of a world that lives in a folder."""
    values: dict[str, Any] = {
        "home": home,
        "mappings": ROOT / "mappings",
        "clarity_token": "shop-token",
        "clarity_zone": ZONE.key,
        "clarity_webhook_secrets": SECRET,
        "sagepro_zone": ZONE.key,
        "sagepro_api_key": "gateway-key",
        "sagepro_webhook_secrets": SECRET,
        "sagepro_api_keys": "gateway-key=read write",
        "sweep_from": "2026-03-01T00:00:00+00:00",
    }
    return Settings(_env_file=None, **(values | fields))


def chosen(dice: Dice) -> dict[str, Any]:
    """How this installation is set up: small and large batches, short and long leases."""
    return {
        "batch_size": dice.pick((3, 20, 100, 250)),
        "pipeline": dice.pick((1, 2, 3)),
        "lease_seconds": dice.whole(20, 120),
        "linger_seconds": dice.whole(3, 15),
        "run_seconds": dice.pick((60, 300, 900)),
        "poll_seconds": dice.pick((2.0, 10.0, 30.0)),
        "sagepro_allocate": dice.pick((False, True)),
    }


class Systems:
    """Built once for a worker; `renew` gives each seed systems on their first day."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="tandem-sim-", dir=memory if os.access(memory, os.W_OK) else None))
        self.home, self.template = self.folder / "home", self.folder / "template"
        self.settings = settings_in(self.home)
        self.shop_skew = self.company_skew = timedelta()
        self.engines: dict[str, Engine] = {}
        with virtual_clock():  # stamps of a real clock would lie in the weeks' future
            self._build()

    def _build(self) -> None:
        now = self.settings
        create_company(now.company_url, Policy.of(now))
        self.books = Books(now.company_url, ZONE, clock=self._company_time)
        with self.books.open() as page:
            enter_items(page, [NewItem(item=i, name=i, price=Decimal(p), stock=STOCK) for i, p in SKUS.items()])
        self.gateway = gateway_app(now)
        kept: list[Access] = []

        def access(*args: Any, **options: Any) -> Access:
            kept.append(Access(*args, **options))
            return kept[0]

        with patch("tandem.sandbox.app.Access", access):
            self.shop_app = shop_app(now, clock=self._shop_time)
        self.access = kept[0]
        self.shop: Shop = self.shop_app.state.shop
        self.shop.add_products([{"sku": s, "name": s, "unitPrice": Decimal(p)} for s, p in SKUS.items()])
        with closing(Store.open(now.store_url)) as store:
            store.register(now.connection, now.company)
        self._let_go()
        shutil.copytree(self.home, self.template)

    def _shop_time(self) -> Any:
        return utc_now() + self.shop_skew

    def _company_time(self) -> Any:
        return utc_now() + self.company_skew

    def _let_go(self) -> None:
        """Close every connection, so that the files hold all and may be replaced."""
        self.shop.database._engine.dispose()
        self.books._engine.dispose()
        self.gateway.state.context.company.engine.dispose()
        for engine in self.engines.values():
            engine.dispose()

    def renew(self, seed: int, settings: Settings) -> None:
        """Everything as on the first day; nothing of the seed before is left."""
        self._let_go()
        shutil.rmtree(self.home)
        shutil.copytree(self.template, self.home)
        self.settings = settings
        self.shop.board.set(Knobs(seed=seed))
        self.shop._listeners.clear()
        self.restart_gateway()
        self.restart_shop()

    def restart_gateway(self) -> None:
        """What the gateway knows in memory is gone."""
        from dataclasses import replace

        from tandem.gateway.api.desk import Desk
        from tandem.gateway.api.idempotency import Keys, Running

        old = self.gateway.state.context
        old.company.clock, old.company.policy = self._company_time, Policy.of(self.settings)
        self.gateway.state.context = replace(old, keys=Keys(old.company.tables), desk=Desk(), running=Running())

    def restart_shop(self) -> None:
        """What the shop knows in memory is gone: the tokens that it gave out."""
        self.access._issued.clear()

    def close(self) -> None:
        """Close the files and remove the folder."""
        self._let_go()
        shutil.rmtree(self.folder, ignore_errors=True)
