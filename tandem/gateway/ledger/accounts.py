"""The chart of accounts (GLACNT): listed, and asked whether an account is on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Account


class Accounts:
    """The accounts of one company."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._table = company.tables.glacnt

    def page(self, connection: Connection, window: Window) -> Slice[Account]:
        """Accounts by their numbers.

        Raises:
            Conflict: the company has no chart of accounts.
        """
        require(self._company, "glacnt")
        table, stamp = self._table, updated(self._table)
        statement = (
            select(*labelled(table, "glacnt gldesc"), stamp.label("updated"))
            .where(*window.conditions(stamp, [table.c.glacnt], self._company.policy.zone))
            .order_by(stamp, table.c.glacnt)
            .limit(window.limit + 1)
        )
        page = window.cut(fetch(connection, statement, table), lambda row: Place(row["updated"], (row["glacnt"],)))
        return page.map(lambda rows: [Account(account=row["glacnt"], description=row["gldesc"]) for row in rows])

    def known(self, connection: Connection, given: Iterable[str]) -> dict[str, str]:
        """The company's own spelling of each account that it has, by the account as it was given."""
        wanted = {account: (account.strip(), account.strip().upper()) for account in given}
        spellings = sorted({spelling for pair in wanted.values() for spelling in pair if spelling})
        found: set[str] = set()
        for part in chunks(spellings):
            found.update(connection.scalars(select(self._table.c.glacnt).where(self._table.c.glacnt.in_(part))))
        return {
            account: next(spelling for spelling in pair if spelling in found)
            for account, pair in wanted.items()
            if not found.isdisjoint(pair)
        }


def account_faults(fields: Iterable[tuple[str, str]], known: Mapping[str, str]) -> Iterator[Fault]:
    """The faults of accounts that the chart does not have; each with the member that it came in."""
    for field, account in fields:
        if account not in known:
            yield Fault(field, "glacnt.glacnt", "unknown-account", "no account of the chart has this number", account)
