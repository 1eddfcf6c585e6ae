"""The crash test's questions about stock: nothing is found where all is well, and each fault that is planted is."""

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.play.stage import _item, _product
from tandem.sandbox.shop import Shop
from tandem.sandbox.warehouse import stock
from tandem.sandbox.warehouse.books import Books
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tandem.store import Store
from tests.crash.customers import Acknowledged
from tests.crash.reading import Reader
from tests.crash.screens import Screens
from tests.crash.script import PRICES, SCARCE, cast
from tests.crash.stock_side import stock_findings, untold

ZONE = ZoneInfo("America/Chicago")
FILES = {"shop": "sandbox.db", "company": "company01.db", "store": "tandem.db"}
BOUGHT = Decimal(3)
LINE = "insert into sotran (sono, tranlineno, item, loctid, qtyord, stkcode) values ('1', {}, '{}', 'MAIN', {}, 'Y')"
PARCEL = (
    "insert into soship (sono, shipno, tranlineno, item, loctid, qtyship) "
    "values ('1', '1', 1, 'LANTERN', 'MAIN', '3.0000')"
)
NOTE = "back-ordered: 10 of TEAPOT at MAIN not on hand"
LEDGER = (
    "insert into ledger (connection, company, entity, key, at, state, reason, owner, detail) "
    "values ('main', '01', 'order', 'k-1', '2026-01-01', 'APPLIED', '', '', '{}')"
)
TAKEN = (
    "insert into demand (connection, company, entity, key, line, sku, location, quantity, taken_at) "
    "values ('main', '01', 'order', 'k-1', '1', 'MUG-BLUE', '', '1', '2026-01-01')"
)


class World:
    """Both systems and the store, with what they should hold after some goods have moved."""

    def __init__(self, home: Path) -> None:
        self.home = home
        readers = {name: Reader(str(home / file)) for name, file in FILES.items()}
        self.shop, self.company, self.store = readers["shop"], readers["company"], readers["store"]
        self.screens = Screens(None, self.company, random.Random(1))  # type: ignore[arg-type]
        lines = Counter({("LANTERN", BOUGHT, PRICES["LANTERN"]): 1})
        self.book = {"k-1": Acknowledged("k-1", "ann@example.com", None, lines, "0")}

    def found(self) -> list[str]:
        return [str(one) for one in stock_findings(self.shop, self.company, self.store, self.book, self.screens)]

    def plain(self, name: str, statement: str) -> None:
        with closing(sqlite3.connect(self.home / FILES[name])) as connection:
            connection.execute(statement)
            connection.commit()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("built")
    url = f"sqlite:///{home / 'company01.db'}"
    create_company(url, Policy(company="01", zone=ZONE))
    Store.open(f"sqlite:///{home / 'tandem.db'}").close()
    books, shop = Books(url, ZONE), Shop.open(home, zone=ZONE)
    with books.open() as page:
        enter_items(page, [NewItem(**_item(item)) for item in cast().items])
        stock.receive(page, "LANTERN", "MAIN", Decimal(5))
    shop.add_products(_product(item) for item in cast().items)
    levels = [(i.sku, p, i.stock // i.pieces) for i in cast().items if i.stocked for p in i.places]
    shop.set_stocks([*levels, ("LANTERN", "MAIN", SCARCE["LANTERN"].stock + 5)])
    address = {"firstName": "Ann", "lastName": "Example", "country": "US"}
    cart = {"orderId": "k-1", "email": "ann@example.com", "lines": [{"sku": "LANTERN", "quantity": str(BOUGHT)}]}
    shop.place_order({**cart, "shippingAddress": address, "billingAddress": address})
    shop.close()
    books.close()
    return home


@pytest.fixture
def world(built: Path, tmp_path: Path) -> World:
    for file in FILES.values():
        with closing(sqlite3.connect(built / file)) as whole, closing(sqlite3.connect(tmp_path / file)) as copy:
            whole.backup(copy)
    made = World(tmp_path)
    made.screens.moved["LANTERN", "MAIN"] = Decimal(5)
    made.plain("company", LINE.format(1, "LANTERN", "'3.0000'"))
    return made


def test_nothing_is_found_where_all_is_well(world: World) -> None:
    assert world.found() == []
    assert untold(world.shop, world.company) == {}


def test_a_movement_that_was_cut_off_may_have_been_made_or_not(world: World) -> None:
    world.screens.perhaps["LANTERN", "MAIN"] += [Decimal(2), Decimal(-1)]
    assert world.found() == []
    world.screens.moved["LANTERN", "MAIN"] -= 3
    assert ["people brought 7 to 10" in one for one in world.found()] == [True]


@pytest.mark.parametrize(
    ("side", "statement", "sentence"),
    [
        ("company", "update iciqty set qonhand = '5.0000' where trim(item) = 'KETTLE'", "iciqty has 5.0000"),
        ("company", "update icitem set ionhand = '5.0000' where trim(item) = 'KETTLE'", "icitem has 5.0000"),
        ("company", "delete from ictran where trim(item) = 'KETTLE'", "the movements make 0, on hand are 6"),
        ("company", PARCEL, "3.0000 were shipped, and 0 left the shelf by orders"),
        ("shop", "update allotment set quantity = '2'", "3 of LANTERN are ordered, 2 were taken"),
        ("store", TAKEN, "1 of MUG-BLUE are still reserved"),
    ],
)
def test_each_fault_is_found(world: World, side: str, statement: str, sentence: str) -> None:
    world.plain(side, statement)
    assert any(sentence in one for one in world.found()), world.found()


def test_a_receipt_that_was_acknowledged_and_is_gone_is_found(world: World) -> None:
    world.screens.moved["SOAP", "EAST"] = Decimal(4)
    (found,) = world.found()
    assert found.startswith("wrong: SOAP|EAST: people brought 1000004 to 1000004")


def test_a_figure_that_is_not_what_can_be_sold_is_found(world: World) -> None:
    world.plain("company", LINE.format(2, "SOAP", "'1000000.0000'"))
    world.plain("shop", """delete from inventory where "inventoryId" = 'MUG-BLUE|EAST'""")
    shown = untold(world.shop, world.company)
    assert shown == {("SOAP", "MAIN"): (83333, 0), ("MUG-BLUE", "EAST"): (None, 1_000_000)}
    assert sum("can be sold, the shop shows" in one for one in world.found()) == 2


def test_what_is_sold_beyond_what_ever_came_in_is_found(world: World) -> None:
    lines = Counter({("LANTERN", Decimal(12), PRICES["LANTERN"]): 1})
    world.book["k-2"] = Acknowledged("k-2", "ben@example.com", None, lines, "0")
    assert "oversold: LANTERN: 15 were sold, 11.0000 ever came in" in world.found()
    world.book["k-2"].cancelled = True
    assert world.found() == []


def test_what_is_lacking_must_have_been_noted(world: World) -> None:
    world.plain("company", LINE.format(2, "TEAPOT", "'16.0000'"))
    world.plain("shop", """update inventory set body = replace(body, '"available":6', '"available":0')""")
    lacking = "oversold: TEAPOT|MAIN: 10.0000 are lacking, 0 were noted as back-ordered"
    assert lacking in world.found()
    world.plain("store", LEDGER.format(json.dumps({"notes": [NOTE]})))
    assert lacking not in world.found()
    world.book["k-1"].cancelled = True
    assert lacking in world.found()
