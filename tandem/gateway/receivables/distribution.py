"""Distributions of receivables to the ledger: they balance in the document's currency and in the company's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.limits import first, number_fault, text_fault
from tandem.gateway.company.rows import Row, insert_all
from tandem.gateway.ledger.accounts import account_faults
from tandem.gateway.models import DistributionIn
from tandem.gateway.orders.amounts import CENTS, in_base, total

FIELD = "Distribution"
RECEIVABLE = frozenset({"receivable"})
OWED = frozenset({"receivable", "deposit"})
"""What an unapplied receipt lowers: the receivable, or it raises what is owed to the customer."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A distribution: its lines, the amount that those of some kinds must come to, and the rate of its document."""

    lines: Sequence[DistributionIn]
    kinds: frozenset[str]
    amount: Decimal
    rate: Decimal

    def faults(self, accounts: Mapping[str, str], company: Company) -> Iterator[Fault]:
        """Everything that is wrong with it."""
        yield from account_faults(((f"{FIELD}[{n}].Account", one.account) for n, one in self._numbered()), accounts)
        for number, line in self._numbered():
            yield from first(*self._misfits(company, f"{FIELD}[{number}]", line))
        off = total(line.amount for line in self.lines)
        if off:
            yield Fault(FIELD, "ardist.amount", "does-not-balance", f"sums to {off:f} instead of zero", f"{off:f}")
        found = total(line.amount for line in self.lines if line.kind in self.kinds)
        if found != self.amount:
            named = " or ".join(sorted(self.kinds, reverse=True))
            message = f"its lines of kind {named} sum to {found:f}, but the document asks for {self.amount:f}"
            yield Fault(FIELD, "ardist.amount", "wrong-receivable", message, f"{found:f}")
        yield from self._base_faults()

    def _misfits(self, company: Company, field: str, line: DistributionIn) -> Iterator[Fault | None]:
        tables = company.tables
        yield number_fault(tables.tddist, "amount", f"{field}.Amount", line.amount)
        yield text_fault(tables.tddist, "kind", f"{field}.Kind", line.kind)
        given = line.base_amount
        base = given if given is not None else in_base(line.amount, self.rate, CENTS)
        member = f"{field}.Amount" if given is None else f"{field}.BaseAmount"
        yield number_fault(tables.ardist, "amount", member, base)
        if given is not None and self.rate == 1 and given != line.amount:
            message = "must be Amount or left out: the document is in the company's own currency"
            yield Fault(member, "ardist.amount", "rate-not-one", message, f"{given:f}")

    def _base_faults(self) -> Iterator[Fault]:
        if any(line.base_amount is not None for line in self.lines):
            off = total(self.base())
            if off:
                message = f"sums to {off:f} in the company's currency instead of zero"
                yield Fault(FIELD, "ardist.amount", "does-not-balance", message, f"{off:f}")

    def base(self) -> list[Decimal]:
        """The lines in the company's currency: as given, else at the rate and so that they sum to zero too.

        The lines of the kinds come to what the document itself comes to; the cents that rounding leaves stand on the
        largest line of each side.
        """
        made = [
            in_base(line.amount, self.rate, CENTS) if line.base_amount is None else line.base_amount
            for line in self.lines
        ]
        if any(line.base_amount is not None for line in self.lines):
            return made
        owed = in_base(self.amount, self.rate, CENTS)
        for target, side in ((owed, True), (-owed, False)):
            places = [n for n, line in enumerate(self.lines) if (line.kind in self.kinds) is side]
            if places:
                largest = max(places, key=lambda n: abs(made[n]))
                made[largest] += target - total(made[n] for n in places)
        return made

    def owed_in_base(self) -> Decimal:
        """What the lines of the kinds come to in the company's currency."""
        return total(amount for line, amount in zip(self.lines, self.base(), strict=True) if line.kind in self.kinds)

    def write(
        self, connection: Connection, company: Company, accounts: Mapping[str, str], tranno: str, day: date
    ) -> None:
        """The rows of ARDIST, without a session and so unposted, and those of TDDIST beside them."""
        tables, ledger, own = company.tables, list[Row](), list[Row]()
        for number, (line, base) in enumerate(zip(self.lines, self.base(), strict=True), start=1):
            account = accounts[line.account]
            ledger.append({"glacnt": account, "tranno": tranno, "trandte": day, "amount": base})
            own.append(
                {
                    "tranno": tranno,
                    "tranlineno": number,
                    "glacnt": account,
                    "kind": line.kind,
                    "amount": line.amount,
                    "bamount": base,
                }
            )
        insert_all(connection, tables.ardist, ledger)
        insert_all(connection, tables.tddist, own)

    def _numbered(self) -> Iterator[tuple[int, DistributionIn]]:
        return iter(enumerate(self.lines))
