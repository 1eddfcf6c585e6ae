"""Orders of the day that are meant to fail, each with what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tandem.sandbox.play.day_cast import address
from tandem.sandbox.play.day_orders import SALES_TAX, guest, line, member

FAULTY: dict[str, dict[str, Any]] = {
    "the company has no such item": member(32, [line("NO-SUCH-ITEM", unitPrice="5.00", name="Unknown"), line("TRAY")]),
    "nobody mapped this payment method": member(33, [line("TRAY")], paymentMethod="barter"),
    "the total is 5.00 too high": member(34, [line("TRAY")], planted={"totalAmount": Decimal("27.00")}),
    "no Chinese in code page 1252": member(
        32, [line("TRAY")], shippingAddress=address(119, firstName="", lastName="東京商事"), billingAddress=address(32)
    ),
    "there is no such state": guest(120, [line("TRAY")], shippingAddress=address(120, region="Narnia")),
    "a US address needs its postcode": guest(130, [line("TRAY")], shippingAddress=address(130, postalCode="")),
    "a line takes something back": member(35, [line("TRAY", 3), line("CLOCK", -1)]),
    "the item number is longer than any": member(36, [line("X" * 40, unitPrice="5.00")]),
    "nobody mapped this fee": member(37, [line("TRAY")], fees=[{"kind": "carbonOffset", "amount": "1.10"}]),
    "nobody knows how many are in it": member(38, [line("TRAY", unit="crate")]),
    "no tax and tax at once": member(
        39, [line("TRAY")], taxes=SALES_TAX, planted={"taxExempt": True, "taxExemptCode": "IL-EX-1"}
    ),
    "no rate for the day": guest(129, [line("TRAY", unitPrice="20.00")], currency="EUR", shopCurrency="USD"),
}
"""What is wrong, and the cart."""
