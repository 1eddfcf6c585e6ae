"""The rows of order lines: values copied from item and stock, amounts told in base currency and selling unit too."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Table

from tandem.gateway.company.company import Company
from tandem.gateway.company.limits import decimals, scale_of, width_of
from tandem.gateway.company.rows import Row
from tandem.gateway.orders.amounts import CENTS, in_base
from tandem.gateway.orders.compose import ONE, Entry
from tandem.gateway.orders.masters import Masters
from tandem.values import ZERO, round_to


def lines(entry: Entry, masters: Masters, company: Company) -> list[Row]:
    """The SOTRAN rows, numbered from 1."""
    return [line(entry, index, index + 1, masters, company) for index in range(len(entry.order.line_items))]


def line(entry: Entry, index: int, number: int, masters: Masters, company: Company) -> Row:
    """The SOTRAN row of one line item under a line number."""
    order, customer, rate = entry.order, entry.customer, entry.rate
    given = order.line_items[index]
    item = masters.items[given.item_code]
    location = masters.location(given.location, order.location)
    stock = masters.stock.get((item["item"], location or ""))
    table = company.tables.sotran
    cost: Decimal = round_to(stock["slsdcst"] if stock else item["stdcost"], scale_of(table, "cost"))
    return {
        "sono": entry.sono,
        "tranlineno": number,
        "transeq": str(number).rjust(width_of(table, "transeq")),
        **_from_customer(customer),
        "item": item["item"],
        "descrip": given.description or item["itmdesc"],
        "qtyord": given.quantity,
        "origqtyord": given.quantity,
        "price": given.unit_price,
        "disc": given.discount_percent,
        "extprice": given.extended_price,
        "origextpri": given.extended_price,
        "cost": cost,
        **_twins(table, item, given.quantity, given.unit_price, cost, rate),
        "bextpri": in_base(given.extended_price, rate, CENTS),
        "ordate": order.order_date,
        "rqdate": order.requested_date or order.order_date,
        "loctid": location,
        "taxable": "Y" if given.taxable else "N",
        "taxrate": ZERO if order.tax_exempt_code.strip() else customer["tax"],
        "taxcode": item["taxcode"],
        "stkcode": item["stkcode"],
        "glasst": stock["gllink"] if stock else "",
        "isoclss": item["itmclss"],
        "currid": order.currency.strip().upper() or masters.currency,
        "exchrat": rate,
        **entry.stamp.added(),
    }


def _from_customer(customer: Row) -> Row:
    """What a line copies from its customer."""
    same = {name: customer[name] for name in ("custno", "taxdist", "salesmn", "terr", "pricecode")}
    return {**same, "glsale": customer["gllink"]}


def _twins(table: Table, item: Row, quantity: Decimal, price: Decimal, cost: Decimal, rate: Decimal) -> Row:
    """The same amounts in base currency and in the selling unit.

    The selling unit is used only where the quantity can be told in it exactly; else the stock unit, whose factor is 1.
    """
    factor = item["sumfact"] or ONE
    selling = quantity / factor
    whole = decimals(selling) <= scale_of(table, "qtyord") and selling * factor == quantity
    factor, unit = (factor, item["sunmsid"]) if whole else (ONE, item["stkumid"])
    twins = {
        "bprice": (price, rate),
        "bcost": (cost, rate),
        "tprice": (price, factor),
        "tcost": (cost, factor),
        "tbprice": (price, factor * rate),
        "tbcost": (cost, factor * rate),
    }
    amounts = {name: in_base(*twin, scale_of(table, name)) for name, twin in twins.items() if name in table.c}
    return {"tqtyord": selling if whole else quantity, "umfact": factor, "umeasur": unit, **amounts}
