"""What the embedded company's ledger has on its first day: a chart of accounts, and open fiscal months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from tandem.gateway.company.rows import Row

ACCOUNTS = {
    "1000": "Bank",
    "1050": "Payment provider clearing",
    "1060": "Second provider clearing",
    "1070": "Disputed with the provider",
    "1100": "Accounts receivable",
    "2100": "Sales tax payable",
    "2150": "Import duty payable",
    "2200": "Gift cards outstanding",
    "2210": "Store credit outstanding",
    "2300": "Customer deposits",
    "2400": "Tips payable",
    "4000": "Sales",
    "4100": "Shipping charged",
    "4200": "Surcharges and gift wrapping",
    "4800": "Sales discounts",
    "4900": "Returns and refunds",
    "4910": "Returns not restocked",
    "6100": "Provider fees",
    "6200": "Dispute losses",
    "6300": "Write-offs",
    "6900": "Rounding differences",
    "7100": "Exchange differences",
}
"""GLACNT by account number; the kinds of amount are mapped to them by the caller's own sheet."""

FIRST_YEAR = 2009
YEARS_AHEAD = 2


def accounts() -> Iterator[Row]:
    """The rows of GLACNT."""
    return ({"glacnt": number, "gldesc": text} for number, text in ACCOUNTS.items())


def periods(company: str, today: date) -> Iterator[Row]:
    """The rows of SYCDFIS: every calendar month is a fiscal period, and open."""
    for year in range(FIRST_YEAR, today.year + YEARS_AHEAD + 1):
        for month in range(1, 13):
            yield {
                "compid": company,
                "fisyr": str(year),
                "period": f"{month:02d}",
                "begdate": date(year, month, 1),
                "enddate": date(year, month, monthrange(year, month)[1]),
                "closed": "N",
            }
