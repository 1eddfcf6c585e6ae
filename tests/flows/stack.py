"""Both systems as real HTTP servers in threads, and a store: what the flow tests drive."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn

from flows.order_to_fulfillment import Options, order_to_fulfillment
from tandem.entities import ENTITIES, System
from tandem.gateway.app import create_app as gateway_app
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.app import create_app as sandbox_app
from tandem.sandbox.shop import Shop
from tandem.sandbox.warehouse import shipping
from tandem.sandbox.warehouse.books import Books, Page
from tandem.sandbox.warehouse.office import NewItem, enter_customers, enter_items
from tandem.settings import Settings
from tandem.store import Event, Record, Store
from tests import ports

ROOT = Path(__file__).parents[2]
ITEMS = {"ABC-1": "19.90", "ABC-2": "33.33", "ABC-3": "10.00", "CASE": "60.00"}
US = {
    "firstName": "Ann",
    "lastName": "Example",
    "address1": "1 Main Street",
    "city": "Springfield",
    "region": "IL",
    "postalCode": "62701",
    "country": "US",
}


class CutWrites:
    """ASGI middleware: the gateway commits, and the answer never leaves; `times` says how often.

    While it is `blind`, every look-up by our reference fails; while it is `slow`, the answer to a write comes later
    than anybody waits. `calls` counts all there were.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.times = 0
        self.blind = False
        self.slow = False
        self.calls = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls += scope["type"] == "http"
        if scope["type"] == "http" and scope["method"] in ("POST", "PUT") and self.times:
            self.times -= 1
            await self.app(scope, receive, _nowhere)
            await _bad_gateway(send)
        elif scope["type"] == "http" and scope["method"] in ("POST", "PUT") and self.slow:
            await self.app(scope, receive, _nowhere)
            while (await receive())["type"] != "http.disconnect":
                pass
        elif self.blind and b"externalOrderId" in scope.get("query_string", b""):
            await _bad_gateway(send)
        else:
            await self.app(scope, receive, send)


async def _bad_gateway(send: Any) -> None:
    await send({"type": "http.response.start", "status": 502, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _nowhere(_message: Any) -> None:
    return None


@contextlib.contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    """The application on a port, in a thread, until the end of the block.

    Raises:
        OSError: it does not listen, or somebody else does.
    """
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="on"))
    started = threading.Event()
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign]
    thread = threading.Thread(target=lambda: asyncio.run(_serve(server, started)), daemon=True)
    thread.start()
    if not (started.wait(30) and server.started):
        raise OSError(f"the application could not be served on port {port}")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(30)


async def _serve(server: uvicorn.Server, started: threading.Event) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    started.set()
    await serving


@dataclass
class Stack:
    """A connection under test with a hand on every part of it."""

    settings: Settings
    store: Store
    shop: Shop
    books: Books
    cut: CutWrites
    listening: contextlib.ExitStack

    def order(self, *lines: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        """Place an order; one piece of ABC-1 by a guest unless told otherwise."""
        cart = {
            "email": "ann@example.com",
            "shippingAddress": US,
            "billingAddress": US,
            "lines": [dict(line) for line in lines] or [{"sku": "ABC-1"}],
            **fields,
        }
        return self.shop.place_order(self.cart(cart))

    @staticmethod
    def cart(fields: dict[str, Any]) -> Any:
        """A cart as the checkout takes it."""
        from tandem.sandbox.shop.cart import Cart

        return Cart.model_validate(fields)

    def event(self, event_type: str, key: str, *, entity: str = "order", number: int = 0, hours_ago: int = 0) -> None:
        """Word that something changed, without its details."""
        self.store.inbox.put(
            [
                Event(
                    connection="main",
                    company="01",
                    source=ENTITIES[entity].routes[0].source,
                    event_id=f"{event_type}:{key}:{number}",
                    event_type=event_type,
                    entity=entity,
                    key=key,
                    received_at=datetime.now(UTC) - timedelta(hours=hours_ago),
                )
            ]
        )

    async def run(self) -> dict[str, int]:
        """One sweep of the flow; gives its tally."""
        return await order_to_fulfillment(Options(live=False))

    def record(self, entity: str, key: str) -> Record:
        """The present state of a record."""
        (found,) = [r for r in self.store.ledger.find(key) if r.entity == entity and r.key == key]
        return found

    def make_due(self) -> None:
        """Time passes: what was to come back later is due now, and so is the next look at a side that was away."""
        from tandem.store.tables import queue

        past = datetime(2000, 1, 1, tzinfo=UTC)
        self.store.database.write(lambda tx: tx.execute(queue.update().values(available_at=past)))
        self.look_again()

    def look_again(self) -> None:
        """Time passes, but only for the sides that are away."""
        from tandem.store.manners import pauses

        past = datetime(2000, 1, 1, tzinfo=UTC)
        self.store.database.write(lambda tx: tx.execute(pauses.update().values(until=past)))

    def stop_gateway(self) -> None:
        """The gateway goes away: connections to it are refused."""
        self.listening.close()

    def start_gateway(self) -> None:
        """The gateway is there, on its port."""
        self.cut.app = gateway_app(self.settings)
        self.listening.enter_context(served(self.cut, self.settings.port_base + 1))

    def forget(self, key: str) -> None:
        """The store as it was before the link and the ledger line were written."""
        from tandem.store.tables import inbox, ledger, links, records

        for table in (inbox, ledger, links, records):
            mine = table.delete().where(table.c.key == key)
            self.store.database.write(lambda tx, mine=mine: tx.execute(mine))

    def claimed_by_one_that_died(self, entity: str) -> None:
        """Another drain claims what waits, and its lease runs out."""
        self.store.inbox.claim(
            "main", entity, System.CLARITY, limit=10, owner="dead", lease_seconds=1, now=datetime.now(UTC)
        )
        self.make_due()

    def replay(self, letter: int) -> int:
        """An operator presses replay."""
        return self.store.letters.replay([letter], "tester", datetime.now(UTC))

    def enter_item(self, item: str, price: str) -> None:
        """The office enters an item that was missing."""
        with self.books.open() as page:
            enter_items(page, [NewItem(item=item, name=item, price=Decimal(price), stock=Decimal(100))])

    def enter_customer(self, number: str, company: str) -> None:
        """The office enters a customer."""
        with self.books.open() as page:
            enter_customers(page, [{"custno": number, "company": company}])

    def register(self, email: str) -> str:
        """Somebody registers in the shop; gives the customer's id."""
        form = {"email": email, "firstName": "Ann", "lastName": "Example", "billingAddress": US}
        return str(self.shop.register_customer(form)["customerId"])

    def remembers(self, text: str) -> list[str]:
        """The tables of the store in which a text still stands."""
        with contextlib.closing(sqlite3.connect(self.settings.home / "tandem.db")) as connection:
            names = [name for (name,) in connection.execute("select name from sqlite_master where type='table'")]
            return [
                name for name in names if any(text in str(row) for row in connection.execute(f"select * from {name}"))
            ]

    def pick(self) -> None:
        """The warehouse begins with everything that is released."""
        with self.books.open() as page:
            for row in shipping.ready(page):
                shipping.pick(page, row["sono"])

    def ship(self, quantities: Mapping[int, int] | None = None, **label: Any) -> str:
        """A parcel of the one order there is leaves the warehouse."""
        with self.books.open() as page:
            (row,) = page.rows("somast")
            amounts = None if quantities is None else {n: Decimal(q) for n, q in quantities.items()}
            return shipping.ship(page, row["sono"], shipping.Parcel(quantities=amounts, **label))

    def break_shop(self, knobs: Mapping[str, Any]) -> None:
        """Tell the stand-in to misbehave, over its own control API."""
        httpx.put(
            f"{self.settings.url_of('sandbox')}/sandbox/faults",
            json=dict(knobs),
            headers={"authorization": "Bearer shop-token"},
        ).raise_for_status()

    def pickable(self) -> list[str]:
        """Orders that the warehouse may begin with."""
        with self.books.open() as page:
            return [row["sono"] for row in shipping.ready(page)]

    def custno(self, key: str) -> str:
        """The company's number of a customer of the shop."""
        return self.store.links.find("main", "customer", [key])[key]

    def reasons(self) -> dict[str, str]:
        """Why records stand where they stand."""
        return {f"{x.entity} {x.key} {x.state}": x.reason for x in self.store.letters.list()}

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        """Rows of the company as an outsider reads them."""
        with self.books.open() as page:
            return [dict(row) for row in page.rows(table, **where)]

    def plain(self, statement: str) -> list[tuple[Any, ...]]:
        """The company as plain SQL sees it, without any of Tandem's code."""
        with contextlib.closing(sqlite3.connect(self.settings.home / "company01.db")) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
        return found

    @contextlib.contextmanager
    def screens(self) -> Iterator[Page]:
        """The people at Sage Pro's screens."""
        with self.books.open() as page:
            yield page


@contextlib.contextmanager
def stack(home: Path, environment: Any) -> Iterator[Stack]:
    """A whole connection in a folder; `environment` is pytest's monkeypatch."""
    with ports.held(3) as base:
        yield from _built(home, environment, base)


def _built(home: Path, environment: Any, base: int) -> Iterator[Stack]:
    for name, value in {
        "HOME": home,
        "PORT_BASE": base,
        "MAPPINGS": ROOT / "mappings",
        "CLARITY_TOKEN": "shop-token",
        "CLARITY_ZONE": "America/Chicago",
        "SAGEPRO_ZONE": "America/Chicago",
        "SAGEPRO_API_KEY": "gateway-key",
        "SAGEPRO_API_KEYS": "gateway-key=read write",
        "SWEEP_FROM": "2000-01-01T00:00:00+00:00",
    }.items():
        environment.setenv(f"TANDEM_{name}", str(value))
    from tandem.settings import settings

    settings.cache_clear()
    now = settings()
    zone = ZoneInfo("America/Chicago")
    create_company(now.company_url, Policy.of(now))
    books = Books(now.company_url, zone)
    with books.open() as page:
        enter_items(
            page, [NewItem(item=i, name=i.title(), price=Decimal(p), stock=Decimal(1000)) for i, p in ITEMS.items()]
        )
    cut = CutWrites(None)
    shop_app = sandbox_app(now)
    shop = shop_app.state.shop
    shop.add_products([{"sku": sku, "name": sku.title(), "unitPrice": Decimal(price)} for sku, price in ITEMS.items()])
    store = Store.open(now.store_url)
    with contextlib.ExitStack() as listening, served(shop_app, base + 2):
        built = Stack(settings=now, store=store, shop=shop, books=books, cut=cut, listening=listening)
        built.start_gateway()
        yield built
    store.close()
    books.close()
    settings.cache_clear()
