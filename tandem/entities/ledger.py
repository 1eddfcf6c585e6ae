"""Journals: amounts by their kind, on accounts of the general ledger; one that does not balance cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from pydantic import Field, model_validator

from tandem.entities.declaration import Canonical
from tandem.values import ZERO

KINDS = frozenset(
    {
        "receivable", "revenue", "tax", "shipping", "discount", "tip", "duty", "surcharge", "giftWrap", "gift_card",
        "store_credit", "deposit", "clearing", "rounding", "exchange_difference", "provider_fee", "refund",
        "returns_no_restock", "disputed", "dispute_loss", "bank", "write_off",
    }
)  # fmt: skip
"""Kinds of amount that Tandem posts by itself; a shop may have kinds of fees besides."""

DAY = r"^\d{4}-\d{2}-\d{2}$"
CURRENCY = r"^[A-Z]{3}$"


class Entry(Canonical):
    """One amount on one account, debit above zero, credit below; `base` is the same in the company's currency.

    `tender` is the method of payment of money that is on its way, `tax` the code of a tax. An exchange difference has a
    `base` and no `amount`.
    """

    account: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    amount: Decimal
    base: Decimal
    tender: str = ""
    tax: str = ""


class Journal(Canonical):
    """Entries whose sum is zero in the document's currency and in the company's.

    Raises:
        ValueError: they are not; both sums are named. A copy with other entries is checked like a new one.
    """

    currency: str = Field(pattern=CURRENCY)
    base_currency: str = Field(pattern=CURRENCY)
    rate: Decimal = Field(gt=0)
    entries: tuple[Entry, ...]

    @model_validator(mode="after")
    def _balanced(self) -> Self:
        amount = sum((entry.amount for entry in self.entries), ZERO)
        base = sum((entry.base for entry in self.entries), ZERO)
        if amount or base:
            raise ValueError(
                f"the journal does not balance: {amount} {self.currency} and {base} {self.base_currency} are left over"
            )
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, checked again: the plain copy of a model would take any entries."""
        return type(self).model_validate(super().model_copy(deep=deep).__dict__ | dict(update or {}))

    def of(self, kind: str) -> Decimal:
        """What all entries of a kind come to."""
        return sum((entry.amount for entry in self.entries if entry.kind == kind), ZERO)


class JournalDocument(Canonical):
    """A journal of its own, to be entered unposted; `reference` is the other side's number of what it is about."""

    external_id: str = Field(min_length=1)
    journal_date: str = Field(pattern=DAY)
    description: str
    reference: str = ""
    journal: Journal


class BookedJournal(Canonical):
    """A journal that the company has."""

    external_id: str = Field(min_length=1)
    journal_no: str = ""
