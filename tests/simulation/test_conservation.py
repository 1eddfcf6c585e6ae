"""What the books of both systems must come to at the end of a week: whoever moves one piece in them is found."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tandem.sandbox.shop.tables import INVENTORY, ORDERS
from tandem.store.tables import demand
from tandem.values import utc_now
from tests.simulation import figures
from tests.simulation.stockroom import MOVEMENTS, PLACE
from tests.simulation.systems import Systems
from tests.simulation.world import World

STOCKED = 2
"""A seed with scarce goods of which some were shipped."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    systems = Systems()
    lived = World(STOCKED, systems)
    assert lived.run().failures == []
    assert lived.people.stockroom
    assert lived.people.shipments
    yield lived
    systems.close()


def said(world: Any) -> list[str]:
    return [*figures.conserved(world), *figures.told(world), *figures.released(world)]


def _shelf(world: Any, table: str, column: str) -> Callable[[int], None]:
    def move(by: int) -> None:
        with world.systems.books.open() as page:
            row = page.rows(table, item="ABC-1")[0]
            page.change(table, {"item": "ABC-1"}, **{column: row[column] + by})

    return move


def _movement(world: Any, kind: str) -> Callable[[int], None]:
    """One piece more of this kind and one less of another: the whole stays as it was."""

    def move(by: int) -> None:
        other = next(one for one in MOVEMENTS if one != kind)
        with world.systems.books.open() as page:
            for name, change in ((kind, by), (other, -by)):
                row = next(row for row in page.rows("ictran") if row["trantyp"] == name)
                page.change("ictran", {"ttranno": row["ttranno"]}, tqty=row["tqty"] + change)

    return move


def _parcel(world: Any) -> Callable[[int], None]:
    def move(by: int) -> None:
        with world.systems.books.open() as page:
            row = page.rows("soship")[0]
            page.change("soship", {"shipno": row["shipno"], "item": row["item"]}, qtyship=row["qtyship"] + by)

    return move


def _fulfilled(world: Any) -> Callable[[int], None]:
    def move(by: int) -> None:
        with world.systems.shop.writing() as tx:
            order = tx.need(ORDERS, next(iter(world.people.shipments.values())))
            order["lineItems"][0]["fulfilledQuantity"] += by
            tx.save(ORDERS, order)

    return move


def _level(world: Any) -> Callable[[int], None]:
    def move(by: int) -> None:
        with world.systems.shop.writing() as tx:
            record = tx.need(INVENTORY, f"{world.people.stockroom.scarce[0]}|{PLACE}")
            tx.save(INVENTORY, record | {"available": record["available"] + by})

    return move


def _demanded(world: Any) -> Callable[[int], None]:
    def move(by: int) -> None:
        whose = {"connection": "default", "company": "01", "entity": "order", "key": "nobody's"}
        line = {"line": "1", "sku": "ABC-1", "location": "", "quantity": Decimal(1), "taken_at": utc_now()}
        new, gone = sa.insert(demand).values(whose | line), sa.delete(demand).where(demand.c.key == whose["key"])
        world.store.database.write(lambda tx: tx.execute(new if by > 0 else gone))

    return move


@pytest.mark.parametrize(
    ("found", "change"),
    [
        ("iciloc: ", lambda world: _shelf(world, "iciloc", "lonhand")),
        ("iciqty: ", lambda world: _shelf(world, "iciqty", "qonhand")),
        ("icitem: ", lambda world: _shelf(world, "icitem", "ionhand")),
        ("iciloc allocates", lambda world: _shelf(world, "iciloc", "lsoaloc")),
        ("iciqty allocates", lambda world: _shelf(world, "iciqty", "qsoaloc")),
        *((f"ictran {kind.strip()}: ", lambda world, kind=kind: _movement(world, kind)) for kind in MOVEMENTS),
        ("soship: ", _parcel),
        ("the shop's fulfilments: ", _fulfilled),
        ("the shop may sell", _level),
        ("are still reserved", _demanded),
    ],
)
def test_a_piece_that_came_from_nowhere_is_found(world: Any, found: str, change: Any) -> None:
    move = change(world)
    move(1)
    broken = said(world)
    move(-1)
    assert any(found in failure for failure in broken), broken
    assert said(world) == []
