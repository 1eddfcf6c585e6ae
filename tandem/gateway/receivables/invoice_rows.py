"""The rows of an invoice: values copied from the order at entry, twin fields filled, nothing of it posted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Table

from tandem.gateway.company import periods
from tandem.gateway.company.company import Company
from tandem.gateway.company.limits import decimals, scale_of, width_of
from tandem.gateway.company.rows import Row
from tandem.gateway.models import InvoiceIn, InvoiceLineIn
from tandem.gateway.orders.amounts import CENTS, in_base
from tandem.gateway.orders.compose import terms
from tandem.gateway.orders.present import ordered as quantity_ordered
from tandem.gateway.receivables.basis import Basis, sides
from tandem.gateway.receivables.documents import CREDIT_MEMO, INVOICE
from tandem.gateway.receivables.ordered import Ordered
from tandem.values import ZERO, round_to

_ONE = Decimal(1)
_BLANK_LINE: Row = {
    "descrip": "",
    "qtyord": ZERO,
    "origqtyord": ZERO,
    "qtyshp": ZERO,
    "cost": ZERO,
    "loctid": "",
    "glsale": "",
    "umeasur": "",
    "umfact": _ONE,
}


@dataclass(frozen=True, slots=True)
class Invoicing:
    """One accepted invoice on its way into the tables; `day` is the one that it is entered under."""

    given: InvoiceIn
    basis: Basis
    order: Ordered
    number: str
    day: date
    company: Company

    @property
    def _rate(self) -> Decimal:
        return self.given.exchange_rate or _ONE

    @property
    def _type(self) -> str:
        return CREDIT_MEMO if self.given.type == "creditMemo" else INVOICE

    def header(self) -> Row:
        """The ARMAST row."""
        given, order, table = self.given, self.order.header, self.company.tables.armast
        owed = sides(given).owed_in_base()
        moved = given.invoice_date != self.day
        return {
            "invno": self.number,
            "custno": order["custno"],
            "invdte": self.day,
            "artype": self._type,
            "ornum": order["sono"],
            "ponum": order["ponum"],
            "refno": given.reference_no[: width_of(table, "refno")] if "refno" in table.c else "",
            "invamt": given.total_amount,
            "balance": given.total_amount,
            "binvamt": owed,
            "bbal": owed,
            **terms(given.payment_terms, order),
            "disc": order["disc"],
            "tax": given.tax_amount,
            "btax": in_base(given.tax_amount, self._rate, CENTS),
            "taxrate": order["taxrate"],
            **{name: order[name] for name in ("glarec", "salesmn", "terr", "shipvia", "fob")},
            "loctid": order["defloc"],
            "currid": self.basis.code(given),
            "exchrat": self._rate,
            "tosw": "X",
            "notes": periods.marked(given.notes, given.invoice_date, "invoice") if moved else given.notes,
            **self.company.stamp().added(),
        }

    def lines(self) -> Iterator[Row]:
        """The ARTRAN rows, numbered from 1."""
        stamp = self.company.stamp().added()
        for number, line in enumerate(self.given.line_items, start=1):
            yield {**self._line(number, line), **stamp}

    def _line(self, number: int, given: InvoiceLineIn) -> Row:
        order, table = self.order.header, self.company.tables.artran
        place = self.order.line_of(given.line_reference, given.sales_order_line)
        ordered = self.order.lines.get(place or 0, _BLANK_LINE)
        item = self.basis.masters[self.basis.items[given.item_code]]
        selling = _selling(table, given.quantity, ordered["umfact"])
        return {
            "invno": self.number,
            "tranlineno": number,
            "transeq": str(number).rjust(width_of(table, "transeq")) if "transeq" in table.c else "",
            "custno": order["custno"],
            "item": item["item"],
            "descrip": given.description or ordered["descrip"] or item["itmdesc"],
            "sono": order["sono"],
            "ponum": order["ponum"],
            "qtyord": quantity_ordered(ordered) if place else given.quantity,
            "qtyshp": given.quantity,
            "tqtyshp": given.quantity if selling is None else selling,
            "umeasur": item["stkumid"] if selling is None else ordered["umeasur"],
            "price": given.unit_price,
            "bprice": _twin(table, "bprice", given.unit_price, self._rate),
            "cost": round_to(ordered["cost"], scale_of(table, "cost")) if "cost" in table.c else ZERO,
            "bcost": _twin(table, "bcost", ordered["cost"], self._rate),
            "disc": given.discount_percent,
            "extprice": given.extended_price,
            "bextpri": _twin(table, "bextpri", given.extended_price, self._rate),
            "invdte": self.day,
            "artype": self._type,
            "loctid": given.location.strip() or ordered["loctid"] or order["defloc"],
            "glsale": ordered["glsale"],
            "salesmn": order["salesmn"],
            "terr": order["terr"],
            "currid": self.basis.code(self.given),
            "exchrat": self._rate,
        }

    def companion(self) -> Row:
        """The TDINV row."""
        given = self.given
        return {
            "invno": self.number,
            "extid": given.external_invoice_id,
            "sono": self.order.header["sono"],
            "shipno": given.shipment_no.strip(),
            "applies": given.applies_to_invoice_no.strip(),
            "refno": given.reference_no,
            "owndate": None if given.invoice_date == self.day else given.invoice_date,
            "recorded": self.company.clock().isoformat(timespec="milliseconds"),
        }

    def references(self) -> Iterator[Row]:
        """The TDINVL rows."""
        for number, line in enumerate(self.given.line_items, start=1):
            yield {
                "invno": self.number,
                "tranlineno": number,
                "lineref": line.line_reference,
                "soline": self.order.line_of(line.line_reference, line.sales_order_line) or 0,
                "taxamt": line.tax_amount,
            }


def _selling(table: Table, quantity: Decimal, factor: Decimal) -> Decimal | None:
    """The quantity in the order's selling unit, where it can be told in it exactly."""
    factor = factor or _ONE
    selling = quantity / factor
    if "tqtyshp" in table.c and decimals(selling) <= scale_of(table, "tqtyshp") and selling * factor == quantity:
        return selling
    return None


def _twin(table: Table, column: str, amount: Decimal, rate: Decimal) -> Decimal:
    return in_base(amount, rate, scale_of(table, column)) if column in table.c else ZERO
