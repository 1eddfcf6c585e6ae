"""The orders of one stage as they stand on the wire, written down before any clock starts."""

from __future__ import annotations

import itertools
import json
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tandem.sandbox.shop import Shop
from tandem.sandbox.shop.cart import Cart
from tandem.sandbox.shop.wire import shown
from tandem.sandbox.warehouse.books import Books
from tandem.sandbox.warehouse.office import NewItem, enter_customers, enter_items
from tandem.values import dumps
from tests.bench.play import Play

FIRST_DAY = datetime(2025, 6, 1, tzinfo=UTC)
"""Long before any sweep looks: what the bench sends is announced by its webhook and by nothing else."""
APART = timedelta(seconds=20)
AT_ONCE = 200
CUSTOMER_NUMBER = "C{:06d}"


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The orders in the order in which they are sent: their ids, and their JSON as the shop shows it."""

    play: Play
    file: Path
    keys: list[str]
    bodies: list[bytes]

    @property
    def numbers(self) -> dict[str, str]:
        """The company's number of each customer of the shop."""
        return {str(c["customerId"]): CUSTOMER_NUMBER.format(n) for n, c in enumerate(self.play.cast.customers)}

    def enter_masters(self, company_url: str) -> None:
        """The office enters items and customers, so that no order waits for either."""
        books = Books(company_url, ZoneInfo(self.play.cast.zone))
        with books.open() as page:
            enter_items(page, [_item(item) for item in self.play.cast.items if item.in_company])
            numbers = self.numbers
            enter_customers(
                page,
                [
                    {"custno": numbers[c["customerId"]], "company": c["email"][:30], "email": c["email"]}
                    for c in self.play.cast.customers
                ],
            )
        books.close()


def make(play: Play, count: int, folder: Path) -> Corpus:
    """Place so many orders in a shop of our own and keep what it shows of each."""
    folder.mkdir(parents=True)
    keys, bodies, file = [], [], folder / "orders.jsonl"
    with file.open("wb") as out, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the sandbox's models note each price in whole dollars
        for key, body in itertools.islice(_placed(play, folder / "shop"), count):
            keys.append(key)
            bodies.append(body)
            out.write(body + b"\n")
    shutil.rmtree(folder / "shop")
    return Corpus(play=play, file=file, keys=keys, bodies=bodies)


def _placed(play: Play, folder: Path) -> Iterator[tuple[str, bytes]]:
    moment = FIRST_DAY
    shop = Shop.open(folder, zone=ZoneInfo(play.cast.zone), currency=play.cast.currency, clock=lambda: moment)
    products = [{"sku": i.sku, "name": i.name, "unitPrice": i.price, "unit": i.unit} for i in play.cast.items]
    shop.add_products(products)
    for customer in play.cast.customers:
        shop.register_customer(customer)
    carts = enumerate(play.carts())
    try:
        while some := list(itertools.islice(carts, AT_ONCE)):
            moment = FIRST_DAY + APART * some[-1][0]
            for record in shop.place_orders([_numbered(number, cart) for number, cart in some]):
                yield record["orderId"], shown(dumps(record), offset=False).encode()
    finally:
        shop.close()


def _numbered(number: int, cart: dict[str, object]) -> Cart:
    name = f"B{number:06d}"
    when = FIRST_DAY + APART * number
    return Cart.model_validate({**cart, "orderId": name, "orderNumber": name, "orderDate": when})


def _item(item: object) -> NewItem:
    fields = {name: getattr(item, name) for name in ("name", "price", "cost", "stock", "stocked", "places")}
    return NewItem(item=str(getattr(item, "sku", "")), **fields)


def dates(body: bytes) -> tuple[str, str]:
    """When an order was placed and when it was last changed, as the wire has it."""
    record = json.loads(body)
    return record["orderDate"], record["updatedDate"]
