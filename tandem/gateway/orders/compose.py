"""The rows of an order but for its lines: values copied from the customer at entry, twin fields filled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tandem.gateway.company.company import Company
from tandem.gateway.company.custom import custom_values
from tandem.gateway.company.rows import Row
from tandem.gateway.company.stamps import Stamp
from tandem.gateway.models import SalesOrderIn
from tandem.gateway.orders.addresses import columns_of, is_blank
from tandem.gateway.orders.amounts import CENTS, in_base, total
from tandem.gateway.orders.masters import Masters
from tandem.values import ZERO

ONE = Decimal(1)
_NET_DAYS = re.compile(r"net\s*(\d{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted order on its way into the tables."""

    order: SalesOrderIn
    customer: Row
    sono: str
    cshipno: str
    shipvia: str
    fob: str
    stamp: Stamp

    @property
    def rate(self) -> Decimal:
        """What one unit of the order's currency is worth in the company's."""
        return self.order.exchange_rate or ONE


def header(entry: Entry, masters: Masters, company: Company) -> Row:
    """The SOMAST row."""
    order, customer, rate = entry.order, entry.customer, entry.rate
    goods = total(line.extended_price for line in order.line_items)
    exempt = order.tax_exempt_code.strip()
    return {
        "sono": entry.sono,
        "custno": customer["custno"],
        "sodate": entry.stamp.day,
        "ordate": order.order_date,
        "shipvia": order.ship_via or entry.shipvia,
        "fob": entry.fob,
        "cshipno": entry.cshipno,
        "ponum": order.purchase_order_no,
        **terms(order.payment_terms, customer),
        "disc": customer["disc"],
        "taxrate": ZERO if exempt else customer["tax"],
        "tax": order.tax_amount,
        "taxsamt": total(line.extended_price for line in order.line_items if line.taxable),
        "taxdist": customer["taxdist"],
        "taxtbl": customer["taxtbl"],
        "exempt": exempt,
        "ordamt": goods,
        "glarec": customer["gllink"],
        "salesmn": customer["salesmn"],
        "terr": customer["terr"],
        "defloc": masters.location(order.location),
        "tosw": "X",
        "currid": order.currency.strip().upper() or masters.currency,
        "exchrat": rate,
        "revrate": rate,
        "revdate": order.order_date,
        "bordamt": in_base(goods, rate, CENTS),
        "btax": in_base(order.tax_amount, rate, CENTS),
        "release": "Y" if order.release and not over_limit(order, customer, goods) else "N",
        "shipcomp": "N",
        "notes": order.notes,
        **custom_values(company, company.tables.somast, order.custom_fields),
        **entry.stamp.added(),
    }


def over_limit(order: SalesOrderIn, customer: Row, goods: Decimal, already: Decimal = ZERO) -> bool:
    """Whether the order takes the customer over the credit limit: then it waits for a person to release it.

    Args:
        order: The order.
        customer: Its ARCUST row; a limit of zero is none.
        goods: The order's open goods.
        already: What of it the customer's onorder counts already.
    """
    limit: Decimal = customer["credlimit"]
    exposed = total((customer["balance"], customer["onorder"], -already, goods, order.tax_amount))
    return limit > 0 and exposed > limit


def terms(given: str, customer: Row) -> Row:
    """Terms by value: the customer's own, or a text from the order with the net days that it says."""
    own = {name: customer[name] for name in ("pterms", "pdisc", "pdays", "pnet")}
    if not given.strip() or given.strip().casefold() == str(own["pterms"]).casefold():
        return own
    days = _NET_DAYS.search(given)
    return {"pterms": given.strip(), "pdisc": ZERO, "pdays": 0, "pnet": int(days[1]) if days else 0}


def address(entry: Entry) -> Row:
    """The SOADDR row: the order's own copy, which no later change of the customer alters."""
    given = entry.order.ship_to_address
    copied = {name: entry.customer[name] for name in columns_of(given)} if is_blank(given) else columns_of(given)
    return {
        "sono": entry.sono,
        "custno": entry.customer["custno"],
        "adtype": "D",
        **copied,
        "cshipno": entry.cshipno,
        **entry.stamp.added(),
    }


def companions(entry: Entry, numbers: Sequence[int], company: Company) -> tuple[Row, list[Row], Row | None]:
    """The rows of TDORDER, TDLINE and, where a bill-to came with the order, TDADDR."""
    order = entry.order
    head = {
        "sono": entry.sono,
        "extid": order.external_order_id,
        "extnumber": order.external_order_number,
        "contact": order.ship_to_address.contact.strip(),
        "recorded": company.clock().isoformat(timespec="seconds"),
    }
    rows = [
        {"sono": entry.sono, "tranlineno": number, "lineref": item.line_reference, "taxamt": item.tax_amount}
        for number, item in zip(numbers, order.line_items, strict=True)
    ]
    bill_to = order.bill_to_address
    return head, rows, None if bill_to is None else {"sono": entry.sono, **columns_of(bill_to)}
