"""What invoices, receipts and journals have in common on the wire: distributions to the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tandem.gateway.models.base import PRINTABLE, Exact, Number, NumberOrNull, Required, WireIn, WireOut

ExternalDocumentId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=PRINTABLE)]
"""The caller's own id of a document, unique among those of its kind."""

AmountKind = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=PRINTABLE)]
"""What an amount is: `receivable` and `deposit` are understood here, any other name is kept as it came."""


class DistributionIn(WireIn):
    """One line of a distribution; a debit is above zero, a credit below."""

    account: Required = Field(description="An account of the chart (GLACNT)")
    amount: Number = Field(description="In the document's currency")
    kind: AmountKind
    base_amount: NumberOrNull | None = Field(
        None, description="In the company's currency; left out, Amount at the document's rate"
    )


class Distribution(WireOut):
    """One line of a distribution as it stands in the company; `Kind` is blank where nobody said it."""

    account: str
    amount: Exact
    kind: str
    base_amount: Exact
