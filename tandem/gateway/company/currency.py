"""The currency of the company's books, and of a document that may be in another."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import Connection, select

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault


def own_currency(connection: Connection, company: Company) -> str:
    """The currency of the company's books.

    Raises:
        CompanyError: SYCCOMP does not tell it.
    """
    table, compid = company.tables.syccomp, company.policy.company
    currency = connection.execute(select(table.c.currid).where(table.c.compid == compid)).scalars().first()
    if currency is None:
        raise CompanyError(f"syccomp has no row with compid {compid}: check TANDEM_COMPANY")
    if not currency:
        raise CompanyError(f"syccomp.currid of company {compid} is blank; it must be its currency, such as USD")
    return str(currency)


def code_of(given: str, own: str) -> str:
    """The currency of a document: the company's own if it names none."""
    return given.strip().upper() or own


def currency_faults(given: str, rate: Decimal | None, own: str, table: str) -> Iterator[Fault]:
    """What is wrong with a document's currency and its rate, which says what one unit is worth in the company's."""
    currency, place = code_of(given, own), f"{table}.exchrat"
    if currency == own:
        if rate is not None and rate != 1:
            message = f"must be 1 or left out for {own}, the company's own currency"
            yield Fault("ExchangeRate", place, "rate-not-one", message, f"{rate:f}")
    elif len(currency) != 3 or not currency.isalpha():
        message = "must be a currency code of three letters, such as EUR"
        yield Fault("Currency", f"{table}.currid", "unknown-currency", message, given)
    elif rate is None:
        message = f"is needed: what one {currency} is worth in {own}"
        yield Fault("ExchangeRate", place, "rate-missing", message)
