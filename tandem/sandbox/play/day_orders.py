"""Orders of the day that are out of the ordinary, each by its own name; none of them is wrong."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from tandem.sandbox.play.day_cast import CITIES, CUSTOMERS, EXEMPT, GOODS, TWIN, WHOLESALE, address
from tandem.sandbox.play.script import Fate, Step

Cart = dict[str, Any]

SALES_TAX = [{"title": "Sales tax", "rate": "0.0825", "jurisdiction": "IL"}]
VAT = [{"title": "VAT", "rate": "0.20", "jurisdiction": "GB"}]
GROUND = [{"method": "ground", "title": "Ground", "amount": "7.90"}]


def line(sku: str, quantity: int | str = 1, **other: Any) -> dict[str, Any]:
    """One line of a cart."""
    return {"sku": sku, "quantity": str(quantity), **other}


def ordinary(dice: random.Random) -> Cart:
    """One to four goods, tax and freight: a registered customer or, one time in four, a guest."""
    lines = [line(sku, dice.randint(1, 4)) for sku in dice.sample([row[0] for row in GOODS], dice.randint(1, 4))]
    number = dice.randrange(CUSTOMERS)
    cart = {"lines": lines, "taxes": SALES_TAX, "shipping": GROUND}
    if dice.randrange(4) == 0:
        home = address(200 + dice.randrange(30))
        return cart | {"customerId": None, "email": home["email"], "shippingAddress": home}
    return cart | {"customerId": f"c-{1000 + number}", "shippingAddress": address(number)}


def guest(number: int, lines: list[dict[str, Any]], **other: Any) -> Cart:
    """A cart of somebody without an account."""
    home = address(number)
    return {"customerId": None, "email": home["email"], "shippingAddress": home, "lines": lines, **other}


def member(number: int, lines: list[dict[str, Any]], **other: Any) -> Cart:
    """A cart of a registered customer."""
    return {"customerId": f"c-{1000 + number}", "shippingAddress": address(number), "lines": lines, **other}


MONEY: dict[str, tuple[Cart, ...]] = {
    "10.00 off three lines": (
        member(6, [line("VASE-T"), line("VASE-T"), line("VASE-T")], discounts=[{"code": "TEN", "amount": "10.00"}]),
    ),
    "a percentage off, with freight and tax": (
        member(7, [line("APRON", 3), line("TRAY")], discounts=[{"code": "P15", "percent": "15"}], taxes=SALES_TAX,
               shipping=GROUND),
    ),
    "prices with tax inside": (
        guest(108, [line("CANDLE-V", taxes=VAT), line("CANDLE-C", 3, taxes=VAT)], taxesIncluded=True, taxes=VAT,
              shipping=[{"method": "standard", "amount": "4.80"}]),
    ),
    "free shipping": (
        member(8, [line("BOWL-OAK")], taxes=SALES_TAX,
               shipping=[{"method": "ground", "amount": "7.90", "discount": "7.90"}]),
    ),
    "a coupon over everything": (member(9, [line("MUG-BLUE", 2)], discounts=[{"code": "FREE", "percent": "100"}]),),
    "gift card and card": (
        member(10, [line("GLASS", 10), line("PLATE", 2, unitPrice="16.25")],
               payments=[{"method": "giftCard", "kind": "giftCard", "amount": "25.00"}, {"method": "creditCard"}]),
    ),
    "a gift card is sold": (member(11, [line("GIFTCARD", giftCard=True, requiresShipping=False)]),),
    "tip, duty and surcharge": (
        guest(127, [line("CLOCK")], shipping=GROUND,
              fees=[{"kind": "tip", "amount": "3.00"}, {"kind": "duty", "amount": "5.15"},
                    {"kind": "surcharge", "amount": "1.25"}]),
    ),
    "three for 10.00": (member(12, [line("NAPKIN", 3, unitPrice="3.3333", lineTotal="10.00")]),),
    "the shop's own line total": (member(13, [line("POT-S", 3, unitPrice="2.93", lineTotal="8.78")]),),
    "three cents apart": (member(14, [line("HOOKS", 2)], planted={"totalAmount": Decimal("17.01")}),),
    "tax rounded once for the whole order": (
        member(15, [line("VASE-S", 3), line("GLASS", 3), line("POT-S", 3)], taxes=SALES_TAX, taxRounding="document"),
    ),
    "paid when it ships": (
        member(16, [line("LAMP-BR", 2)], payments=[{"method": "creditCard", "kind": "authorization"}]),
    ),
    "in euro, booked in dollars": (
        guest(128, [line("TRAY", unitPrice="20.00")], currency="EUR", shopCurrency="USD", exchangeRate="1.0842"),
    ),
}  # fmt: skip

GOODS_OF_ALL_KINDS: dict[str, tuple[Cart, ...]] = {
    "by the case": (member(17, [line("SOAP", 2)], taxes=SALES_TAX), guest(109, [line("SOAP"), line("APRON")])),
    "a set of several": (
        member(18, [line("TABLE-SET", parts=[
            {"sku": "PLATE", "unitPrice": "60.00"}, {"sku": "GLASS", "unitPrice": "45.00"},
            {"sku": "NAPKIN", "unitPrice": "15.00"}])]),
    ),
    "the same thing on two lines": (member(19, [line("MUG-GREY", 2), line("MUG-GREY", 3)]),),
    "small letters and a blank behind": (member(20, [line("mug-blue ", unitPrice="12.00", name="Mug")]),),
    "a hundred lines": (
        member(21, [line(GOODS[n % len(GOODS)][0] if GOODS[n % len(GOODS)][0] != "THROW" else "PLATE")
                    for n in range(100)], taxes=SALES_TAX),
    ),
    "more than there is": tuple(member(n, [line("THROW", 8)]) for n in (22, 23)),
    "a line of nought": (member(24, [line("TRAY"), line("CLOCK", 0)]),),
}  # fmt: skip

PEOPLE: dict[str, tuple[Cart, ...]] = {
    "names that code page 1252 does not hold": tuple(
        guest(110 + n, [line("CANDLE-V")], shippingAddress=address(110 + n, firstName=first, lastName=last))
        for n, (first, last) in enumerate(
            [("Antonín", "Dvořák"), ("Łukasz", "Łódzki"), ("Đorđe", "Žižek"), ("Zoë", "Café-Brontë")]
        )
    ),
    "an address of three lines": (
        guest(115, [line("BASKET")],
              shippingAddress=address(115, address2="Building C, Rear Entrance", address3="Unit 14, 3rd Floor")),
    ),
    "a long company name": (
        guest(116, [line("BASKET", 4)],
              shippingAddress=address(116, company="Acme Industrial Components Europe B.V. and Sons Limited")),
    ),
    "one guest, two ways to write": tuple(
        guest(117, [line("HOOKS", 2)], email=email)
        for email in ("Quinn.Guest@Example.com ", "quinn.guest@example.com")
    ),
    "no postcode where there is none": (
        guest(118, [line("VASE-S")], shippingAddress=address(
            118, address1="1 Nathan Road", city="Tsim Sha Tsui", region="Kowloon", postalCode="", country="HK")),
    ),
    "no tax for a certificate": (
        {"customerId": EXEMPT, "lines": [line("CLOCK", 2)], "taxes": SALES_TAX, "taxExempt": True,
         "shippingAddress": address(4)},
    ),
    "on account": (
        {"customerId": WHOLESALE, "lines": [line("PLATE", 48), line("GLASS", 96)], "paymentMethod": "purchaseOrder",
         "payments": [], "purchaseOrderNo": "PO-2026-0417", "shippingAddress": address(3)},
    ),
    "paid twice by a second click": tuple({"customerId": TWIN, "lines": [line("CARAFE")],
                                           "shippingAddress": address(5)} for _ in range(2)),
    "a note with an emoji": (
        member(25, [line("TOWEL-S")], note="Please ring twice \N{SMILING FACE WITH OPEN MOUTH} thanks",
               customFields={"giftNote": "Happy birthday"}),
    ),
    "to another address than before": (member(26, [line("TRAY")], shippingAddress=address(149)),),
}  # fmt: skip

LATER: dict[str, tuple[Cart, tuple[Step, ...]]] = {
    "held for fraud, then let go": (member(27, [line("LAMP-BK", 3)], status="onHold"), (Step(what="release"),)),
    "quantity, line and line removed before picking": (
        member(28, [line("MUG-BLUE", 2), line("TRAY"), line("CLOCK")]),
        (Step(what="edit", body={"quantities": {"1": 3}, "remove": ["2"], "add": [line("APRON")]}),),
    ),
    "cancelled before picking": (member(29, [line("BOWL-OAK", 2)]), (Step(what="cancel", body={"reason": "changed"}),)),
    "another address before picking": (
        member(30, [line("CUSHION", 2)]),
        (Step(what="address", body={"address1": "9 New Street", "city": CITIES[2][0], "region": "TX",
                                    "postalCode": "78701"}),),
    ),
}  # fmt: skip

TEST_ORDER: tuple[Cart, Fate, str] = (
    member(31, [line("LAMP-BR")], isTest=True), Fate.LEFT_OUT, "the shop marked it as a test",
)  # fmt: skip
