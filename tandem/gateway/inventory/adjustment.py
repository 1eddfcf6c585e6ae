"""Stock adjustments: what a caller may ask for, checked before anything moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from tandem.gateway import etag
from tandem.gateway.catalogue.items import resolve
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Fault, Faulty, Locked, NotFound
from tandem.gateway.company.rows import Row, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.fitting import Fitting
from tandem.gateway.inventory.movement import Movement, Movements
from tandem.gateway.inventory.stock import Inventory
from tandem.gateway.models import AdjustmentIn, Stock


class Adjustments:
    """Adjusts the stock of one company."""

    def __init__(self, company: Company, inventory: Inventory) -> None:
        self._tables = company.tables
        self._inventory = inventory
        self._movements = Movements(company)

    def adjust(
        self, connection: Connection, code: str, location: str, change: AdjustmentIn, if_match: str | None
    ) -> Stock:
        """Brings the quantity on hand to what was counted, or moves it by a signed quantity.

        Raises:
            NotFound: no such item, or it is not kept at that location.
            PreconditionFailed: the stock is not the one that If-Match names.
            Locked: somebody has item or stock open at Sage Pro's screens.
            Faulty: the adjustment itself is wrong.
            Conflict: it would take more than is there.
        """
        item = resolve(connection, self._tables, [code]).get(code)
        if item is None:
            raise NotFound(f"there is no item {code}")
        master = self._row(connection, self._tables.icitem, item)
        stock = self._row(connection, self._tables.iciloc, item, location)
        etag.require(if_match, self._inventory.at(connection, item, stock["loctid"]).e_tag)
        if stock["lckstat"] or master["lckstat"]:
            raise Locked(f"item {item} is in use at Sage Pro's screens")
        self._check(change, master)
        movement = _movement(change, stock["lonhand"])
        if movement.delta:
            _keep_above_zero(movement, stock)
            self._movements.write(connection, movement, stock=stock, master=master)
        return self._inventory.at(connection, item, stock["loctid"])

    def _row(self, connection: Connection, table: Table, item: str, location: str = "") -> Row:
        """A locked row of the item, at a location if one is given."""
        conditions = [table.c.item == item]
        if location:
            conditions.append(table.c.loctid.in_(sorted({location.strip(), location.strip().upper()})))
        statement: Select[Any] = select(*labelled(table)).where(*conditions)
        rows = fetch(connection, statement.with_hint(table, "WITH (UPDLOCK)", "mssql"), table)
        if not rows:
            raise NotFound(f"item {item} is not kept at location {location}")
        return rows[0]

    def faults(self, change: AdjustmentIn) -> list[Fault]:
        """Everything that is wrong with an adjustment, as far as it alone shows it."""
        fitting, table = Fitting(), self._tables.ictran
        counted = change.counted_quantity
        if (change.quantity is None) == (counted is None):
            fitting.add("Quantity", "ictran.tqty", "one-of-two", "send either Quantity or CountedQuantity")
        if change.quantity is not None and not change.quantity:
            fitting.add("Quantity", "ictran.tqty", "zero", "must not be zero", "0")
        if counted is not None and counted < 0 and not change.allow_negative:
            message = "must not be below zero unless AllowNegative is sent"
            fitting.add("CountedQuantity", "iciloc.lonhand", "below-zero", message, str(counted))
        fitting.number("Quantity", table, "tqty", change.quantity)
        fitting.number("CountedQuantity", self._tables.iciloc, "lonhand", counted)
        fitting.text("Reference", table, "ref", change.reference)
        fitting.text("Reason", self._tables.tdstock, "reason", change.reason)
        return fitting.faults

    def _check(self, change: AdjustmentIn, master: Row) -> None:
        faults = self.faults(change)
        if master["stkcode"] != "Y":
            faults.append(
                Fault("ItemCode", "icitem.stkcode", "not-stocked", "is an item without stock", master["item"])
            )
        if faults:
            raise Faulty(faults)


def _movement(change: AdjustmentIn, on_hand: Decimal) -> Movement:
    counted = change.counted_quantity
    delta = change.quantity if counted is None else counted - on_hand
    return Movement(
        delta=delta or Decimal(0),
        counted=counted is not None,
        reason=change.reason,
        reference=change.reference,
        allow_negative=change.allow_negative,
    )


def _keep_above_zero(movement: Movement, stock: Row) -> None:
    left = stock["lonhand"] + movement.delta
    if left < 0 and movement.delta < 0 and not movement.allow_negative:
        detail = (
            f"item {stock['item']} has {stock['lonhand']} on hand at {stock['loctid']}; {left} would be left. "
            "Send AllowNegative to let it fall below zero."
        )
        raise Conflict("below-zero", detail, {"existing": {"OnHand": str(stock["lonhand"])}})
