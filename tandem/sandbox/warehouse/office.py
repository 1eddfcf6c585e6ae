"""The office: items and customers are entered, records changed, and sometimes left open on a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tandem.sandbox.warehouse.books import Page, Row, WarehouseError, numbered
from tandem.sandbox.warehouse.stock import RECEIPT, Movement, move
from tandem.values import ZERO

IN_USE = "X"
KEYS = {"customer": ("arcust", "custno"), "order": ("somast", "sono"), "item": ("icitem", "item")}
CUSTOMER_FIELDS = frozenset(
    {
        *("company", "contact", "address1", "address2", "address3", "city", "addrstate", "zip", "country"),
        *("phone", "email", "comment", "credlimit"),
    }
)
"""What the office may change on a customer's card; balances and statistics are the system's own."""


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """An item to be entered, with what comes in of it on the first day at each of its places."""

    item: str
    name: str
    price: Decimal
    cost: Decimal = ZERO
    stock: Decimal = ZERO
    stocked: bool = True
    unit: str = "EA"
    pack: Decimal = Decimal(1)
    places: tuple[str, ...] = ("MAIN",)


def enter_items(page: Page, items: Sequence[NewItem]) -> int:
    """Enter the items that are not there yet and receive their first stock; gives how many were new."""
    there = {row["item"] for row in page.rows("icitem")}
    new = [item for item in items if item.item not in there]
    kept = [(item, place) for item in new if item.stocked for place in item.places]
    page.add("icitem", [_item(item) for item in new])
    page.add("iciloc", [_place(item, place) for item, place in kept])
    page.add("iciqty", [{"item": item.item, "loctid": place} for item, place in kept])
    move(page, [Movement(item=item.item, place=place, quantity=item.stock, kind=RECEIPT) for item, place in kept])
    return len(new)


def enter_customers(page: Page, customers: Sequence[Row]) -> int:
    """Enter customers by their columns, those that are not there yet; gives how many were new."""
    there = {row["custno"] for row in page.rows("arcust")}
    new = [customer for customer in customers if customer["custno"] not in there]
    page.add("arcust", [{"entered": page.now.date(), **customer} for customer in new])
    return len(new)


def change_customer(page: Page, custno: str, changes: Mapping[str, str]) -> None:
    """Change a customer's card.

    Raises:
        WarehouseError: there is no such customer, the card is open elsewhere, or a field is not the office's.
    """
    if strange := sorted(set(changes) - CUSTOMER_FIELDS):
        raise WarehouseError(f"arcust.{strange[0]} is not for the office to change; {sorted(CUSTOMER_FIELDS)} are")
    card = page.one("arcust", custno=custno)
    if card["lckstat"]:
        raise WarehouseError(f"customer {custno} is in use by {card['lckuser']}")
    page.change("arcust", {"custno": custno}, **changes)


def hold_open(page: Page, kind: str, key: str) -> None:
    """Open a record on a screen: until it is left, nobody else may write it.

    Raises:
        WarehouseError: there is no such record, or somebody else has it open.
    """
    _mark(page, kind, key, IN_USE)


def leave(page: Page, kind: str, key: str) -> None:
    """Leave a record that was held open.

    Raises:
        WarehouseError: there is no such record.
    """
    _mark(page, kind, key, "")


def _mark(page: Page, kind: str, key: str, mark: str) -> None:
    if kind not in KEYS:
        raise WarehouseError(f"{kind!r} is no kind of record; there are {', '.join(KEYS)}")
    table, column = KEYS[kind]
    where = {column: numbered(key) if column == "sono" else key}
    record = page.one(table, **where)
    if mark and record["lckstat"]:
        raise WarehouseError(f"{kind} {key} is in use by {record['lckuser']}")
    page.change(table, where, lckstat=mark)


def _item(item: NewItem) -> Row:
    return {
        "item": item.item,
        "itmdesc": item.name,
        "itmclss": "GOOD" if item.stocked else "SERV",
        "stkcode": "Y" if item.stocked else "N",
        "price": item.price,
        "lstcost": item.cost,
        "avgcost": item.cost,
        "stdcost": item.cost,
        **dict.fromkeys(("stkumid", "punmsid"), "EA"),
        "sunmsid": item.unit,
        "sumfact": item.pack,
        "pumfact": Decimal(1),
    }


def _place(item: NewItem, place: str) -> Row:
    costs = ("lavgcst", "lstdcst", "llstcst", "slagcst", "slsdcst", "slltcst", "plagcst", "plsdcst", "plltcst")
    return {"item": item.item, "loctid": place, **dict.fromkeys(costs, item.cost)}
