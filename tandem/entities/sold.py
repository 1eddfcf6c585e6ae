"""A sold order as it stands in the company's books, with every cent on a line; what invoices and refunds start from."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tandem.entities.declaration import Canonical
from tandem.entities.ledger import CURRENCY, DAY
from tandem.entities.order import Payment
from tandem.values import ZERO


class TaxShare(Canonical):
    """Tax by its code (the jurisdiction or rate as the shop names it; empty if it names none)."""

    code: str = ""
    amount: Decimal


class SoldLine(Canonical):
    """One line of the sales order in stocking units; `kind` is goods, gift_card, rounding or a charge's kind.

    `amount` is without tax and after `discount`. `ships` is false for what no warehouse sends (charges, gift cards,
    downloads). One piece of the shop's line is `pack` pieces here; of the bundle `bundle` each one has `per_bundle`.
    """

    line_id: str = Field(min_length=1)
    kind: str = "goods"
    sku: str = ""
    description: str = ""
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    amount: Decimal
    discount: Decimal = Decimal(0)
    taxes: tuple[TaxShare, ...] = ()
    ships: bool = True
    pack: Decimal = Field(default=Decimal(1), gt=0)
    bundle: str = ""
    per_bundle: Decimal = Decimal(1)

    @property
    def tax(self) -> Decimal:
        """All tax of the line."""
        return sum((share.amount for share in self.taxes), ZERO)


class SoldOrder(Canonical):
    """The order beside its shipments, payments and refunds; `exchange_rate` is that of the order's own day.

    The rate is to `shop_currency`, how much of it one unit of `currency` is.
    """

    order_id: str = Field(min_length=1)
    number: str = ""
    sales_order_no: str = ""
    customer_key: str = Field(min_length=1)
    store: str = ""
    business_date: str = Field(pattern=DAY)
    currency: str = Field(pattern=CURRENCY)
    shop_currency: str = Field(pattern=CURRENCY)
    exchange_rate: Decimal | None = None
    taxes_included: bool = False
    payment_terms: str = ""
    lines: tuple[SoldLine, ...]
    payments: tuple[Payment, ...] = ()

    @property
    def total(self) -> Decimal:
        """What the customer owes for all of it."""
        return sum((line.amount + line.tax for line in self.lines), ZERO)
