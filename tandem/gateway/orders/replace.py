"""The rows of an order brought to a new state: lines matched by their reference, changed, added or taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.custom import custom_values
from tandem.gateway.company.rows import Row, insert_all
from tandem.gateway.models import SalesOrder, SalesOrderUpdate
from tandem.gateway.orders import compose
from tandem.gateway.orders.amounts import CENTS, in_base, total
from tandem.gateway.orders.balances import allocate, lower_onorder, open_stock
from tandem.gateway.orders.compose import Entry
from tandem.gateway.orders.compose_line import line
from tandem.gateway.orders.differences import Difference
from tandem.gateway.orders.guarded import update_header, update_unpicked_line
from tandem.gateway.orders.masters import Masters
from tandem.gateway.orders.present import DELETED, Parts
from tandem.gateway.orders.readdress import readdress, rename
from tandem.values import ZERO

_ON_EVERY_LINE = frozenset({"OrderDate", "RequestedDate", "ExchangeRate", "TaxExemptCode"})
_KEPT = frozenset({"sono", "tranlineno", "transeq", "adduser", "adddate", "addtime"})
_GONE = {"sostat": DELETED, "qtyord": ZERO, "tqtyord": ZERO, "extprice": ZERO, "bextpri": ZERO}


@dataclass(slots=True)
class Replacement:
    """One change on its way into the tables."""

    connection: Connection
    company: Company
    parts: Parts
    before: SalesOrder
    order: SalesOrderUpdate
    masters: Masters
    standing: dict[int, Row] = field(init=False)
    entry: Entry = field(init=False)

    def __post_init__(self) -> None:
        header = self.parts.header
        customer = self.masters.customers[header["custno"].upper()]
        stamp = self.company.stamp()
        self.entry = Entry(self.order, customer, header["sono"], header["cshipno"], header["shipvia"], "", stamp)
        self.standing = {row["tranlineno"]: row for row in self.parts.lines if row["sostat"] == ""}

    def write(self, found: Sequence[Difference]) -> bool:
        """Write the rows that these differences touch; False if all that was asked for is a release on hold.

        Raises:
            Conflict: a row moved on in this moment.
            Locked: the customer is in use at Sage Pro's screens.
        """
        before = open_stock(self.standing.values())
        goods = self.parts.header["ordamt"]
        if self._write_lines(found):
            goods = total(row["extprice"] for row in self.standing.values())
        release = self._release(goods)
        if all(difference.field == "Release" for difference in found) and release == self.before.release:
            return False
        values = {**self._header(goods), "release": "Y" if release else "N"}
        values |= readdress(self.connection, self.company, self.entry, found)
        update_header(self.connection, self.company.tables.somast, self.entry.sono, values)
        rename(self.connection, self.company, self.entry)
        lower_onorder(self.connection, self.company, self.entry.customer["custno"], self.parts.header["ordamt"] - goods)
        if self.company.policy.allocate:
            after = open_stock(self.standing.values())
            places = before.keys() | after.keys()
            allocate(self.connection, self.company, {p: after.get(p, ZERO) - before.get(p, ZERO) for p in places})
        return True

    def _release(self, goods: Decimal) -> bool:
        if not self.order.release or self.before.release:
            return self.order.release
        already = self.parts.header["ordamt"]
        return not compose.over_limit(self.order, self.entry.customer, goods, already)

    def _header(self, goods: Decimal) -> Row:
        order, customer, rate = self.order, self.entry.customer, self.entry.rate
        exempt = order.tax_exempt_code.strip()
        values = {
            "ordate": order.order_date,
            "shipvia": order.ship_via,
            "ponum": order.purchase_order_no,
            "tax": order.tax_amount,
            "btax": in_base(order.tax_amount, rate, CENTS),
            "taxsamt": total(item.extended_price for item in order.line_items if item.taxable),
            "exempt": exempt,
            "ordamt": goods,
            "bordamt": in_base(goods, rate, CENTS),
            "defloc": self.masters.location(order.location),
            "exchrat": rate,
            "revrate": rate,
            "notes": order.notes,
            **custom_values(self.company, self.company.tables.somast, order.custom_fields),
            **self.entry.stamp.touched(),
        }
        if exempt != self.before.tax_exempt_code:
            values["taxrate"] = ZERO if exempt else customer["tax"]
        if order.payment_terms != self.before.payment_terms:
            values |= compose.terms(order.payment_terms, customer)
        return values

    def _write_lines(self, found: Sequence[Difference]) -> bool:
        numbers = {row["lineref"]: number for number, row in self.parts.references.items()}
        touched = {difference.reference for difference in found if difference.reference}
        if any(difference.field in _ON_EVERY_LINE for difference in found):
            touched |= {item.line_reference for item in self.order.line_items}
        given = {item.line_reference: index for index, item in enumerate(self.order.line_items)}
        for reference in touched - given.keys():
            self._remove(numbers[reference])
        added = []
        for reference, index in given.items():
            if reference in touched and reference in numbers:
                self._alter(numbers[reference], index)
            elif reference in touched:
                added.append(index)
        self._add(added)
        return bool(touched)

    def _remove(self, number: int) -> None:
        values = {**_GONE, **self.entry.stamp.touched()}
        update_unpicked_line(self.connection, self.company.tables.sotran, self.entry.sono, number, values)
        self.standing.pop(number, None)

    def _alter(self, number: int, index: int) -> None:
        tables, given = self.company.tables, self.order.line_items[index]
        row = line(self.entry, index, number, self.masters, self.company)
        values = {name: value for name, value in row.items() if name not in _KEPT}
        values |= {"sostat": "", **self.entry.stamp.touched()}
        update_unpicked_line(self.connection, tables.sotran, self.entry.sono, number, values)
        own = (tables.tdline.c.sono == self.entry.sono, tables.tdline.c.tranlineno == number)
        self.connection.execute(update(tables.tdline).where(*own).values(taxamt=given.tax_amount))
        self.standing[number] = row

    def _add(self, indexes: Sequence[int]) -> None:
        last = max((row["tranlineno"] for row in self.parts.lines), default=0)
        rows = [
            line(self.entry, index, last + step, self.masters, self.company) for step, index in enumerate(indexes, 1)
        ]
        insert_all(self.connection, self.company.tables.sotran, rows)
        self.standing.update({row["tranlineno"]: row for row in rows})
        companions = [
            {
                "sono": self.entry.sono,
                "tranlineno": row["tranlineno"],
                "lineref": self.order.line_items[index].line_reference,
                "taxamt": self.order.line_items[index].tax_amount,
            }
            for index, row in zip(indexes, rows, strict=True)
        ]
        insert_all(self.connection, self.company.tables.tdline, companions)
