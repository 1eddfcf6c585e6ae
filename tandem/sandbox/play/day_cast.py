"""Who and what is there when the shop's day begins."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tandem.sandbox.play.people import person
from tandem.sandbox.play.script import Cast, Item

ZONE = "America/Chicago"
CURRENCY = "USD"
PLACES = ("MAIN", "EAST")
STOCK = Decimal(400)

GOODS = (
    ("LAMP-BR", "Brass reading lamp", "49.90", "21.3500"), ("LAMP-BK", "Black reading lamp", "44.90", "19.1000"),
    ("SHADE-L", "Linen lamp shade, large", "24.50", "9.8000"), ("MUG-BLUE", "Stoneware mug, blue", "12.00", "3.9500"),
    ("MUG-GREY", "Stoneware mug, grey", "12.00", "3.9500"), ("BOWL-OAK", "Oak salad bowl", "38.75", "15.2500"),
    ("BOARD-OAK", "Oak bread board", "29.95", "11.4000"), ("APRON", "Cotton apron", "19.90", "6.8000"),
    ("TOWEL-S", "Tea towel, set of three", "14.40", "4.7000"), ("CANDLE-V", "Candle, vanilla", "9.99", "2.1500"),
    ("CANDLE-C", "Candle, cedar", "9.99", "2.1500"), ("VASE-T", "Tall glass vase", "33.33", "12.0000"),
    ("VASE-S", "Small glass vase", "10.10", "3.4000"), ("CLOCK", "Kitchen clock", "27.80", "10.9000"),
    ("TRAY", "Lacquer tray", "22.00", "8.0000"), ("BASKET", "Willow basket", "17.25", "6.1000"),
    ("HOOKS", "Wall hooks, brass", "8.49", "2.8000"), ("THROW", "Wool throw", "79.00", "36.0000"),
    ("CUSHION", "Cushion, 20 inch", "26.00", "9.3000"), ("PLATE", "Dinner plate", "11.50", "4.0500"),
    ("GLASS", "Water glass", "6.75", "1.9000"), ("CARAFE", "Carafe", "21.40", "7.7000"),
    ("NAPKIN", "Linen napkin", "3.34", "1.0500"), ("POT-S", "Herb pot", "5.99", "1.6500"),
)  # fmt: skip
"""SKU, name, price, cost."""

SET = Item(sku="TABLE-SET", name="Table set", price=Decimal("99.00"), cost=Decimal(0), stocked=False)
SOAP = Item(
    sku="SOAP", name="Olive soap", price=Decimal("58.80"), cost=Decimal("1.7500"), stock=STOCK, unit="case of 12",
    pieces=12, places=PLACES,
)  # fmt: skip
GIFT_CARD = Item(sku="GIFTCARD", name="Gift card", price=Decimal("50.00"), cost=Decimal(0), stocked=False)
KETTLE = Item(
    sku="KETTLE", name="Copper kettle", price=Decimal("58.00"), cost=Decimal("24.5000"), stock=Decimal(10),
    backorder=False,
)  # fmt: skip
LANTERN = Item(
    sku="LANTERN", name="Storm lantern", price=Decimal("64.00"), cost=Decimal("27.0000"), stock=Decimal(4),
    backorder=False,
)  # fmt: skip
TEAPOT = Item(sku="TEAPOT", name="Stoneware teapot", price=Decimal("36.00"), cost=Decimal("14.2000"), stock=Decimal(1))
COUNTED = (KETTLE, LANTERN, TEAPOT)
"""Goods of the stock story: so few of each that a reader can add them up."""
RARE = "THROW"
"""Of this there is too little: some of it is shipped short."""

CITIES = (
    ("Chicago", "IL", "60601", "US"), ("Boston", "MA", "02108", "US"), ("Austin", "TX", "78701", "US"),
    ("Denver", "CO", "80202", "US"), ("New York", "NY", "10001", "US"), ("Seattle", "WA", "98101", "US"),
    ("Madison", "WI", "53703", "US"), ("Toronto", "ON", "M5H 2N2", "CA"), ("Leeds", "", "LS1 4AP", "GB"),
    ("Trenton", "New Jersey", "08608", "United States"),
)  # fmt: skip
STREETS = ("Oak Street", "Lake Avenue", "Elm Court", "Mill Road", "Park Lane", "Hill Terrace")
CUSTOMERS = 40
WHOLESALE = "c-1003"
EXEMPT = "c-1004"
TWIN = "c-1005"


def address(number: int, **other: str) -> dict[str, str]:
    """The address of the person with this number; `other` fields replace its own."""
    first, last = person(number)
    city, region, postcode, country = CITIES[number % len(CITIES)]
    return {
        "firstName": first,
        "lastName": last,
        "company": "",
        "address1": f"{100 + number * 7} {STREETS[number % len(STREETS)]}",
        "address2": "",
        "address3": "",
        "city": city,
        "region": region,
        "postalCode": postcode,
        "country": country,
        "phone": f"+1 312 555 {1000 + number:04d}",
        "email": f"{first}.{last}{number}@example.com".lower(),
        **other,
    }


def the_cast() -> Cast:
    """Products and registered customers of the day."""
    goods = tuple(
        Item(
            sku=sku,
            name=name,
            price=Decimal(price),
            cost=Decimal(cost),
            stock=Decimal(12) if sku == RARE else STOCK,
            places=PLACES,
        )
        for sku, name, price, cost in GOODS
    )
    return Cast(
        items=(*goods, SOAP, SET, GIFT_CARD, *COUNTED),
        customers=tuple(_customer(number) for number in range(CUSTOMERS)),
        currency=CURRENCY,
        zone=ZONE,
    )


def _customer(number: int) -> dict[str, Any]:
    key = f"c-{1000 + number}"
    home = address(number)
    return {
        "customerId": key,
        "email": home["email"],
        "firstName": home["firstName"],
        "lastName": home["lastName"],
        "company": "Lakeside Hotels" if key == WHOLESALE else "",
        "phone": home["phone"],
        "group": "wholesale" if key == WHOLESALE else "",
        "currency": CURRENCY,
        "paymentMethod": "purchaseOrder" if key == WHOLESALE else "creditCard",
        "taxExemptCode": "IL-EX-2231" if key == EXEMPT else "",
        "billingAddress": home,
        "addresses": [home],
    }
