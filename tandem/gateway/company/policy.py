"""What one site has decided for its gateway."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tandem.settings import ClosedPeriod, InvoiceNumbers, Settings
from tandem.values import zone_of

__all__ = ["InvoiceNumbers", "Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What one site has decided for its gateway.

    `transactions` is False where the tables know none (FoxPro's); `closed_period` says what becomes of a document
    whose date lies in a closed fiscal period, `invoice_numbers` how the site numbers invoices (`none`: not known).
    """

    company: str
    zone: ZoneInfo
    user: str = "TNDM"
    location: str = "MAIN"
    allocate: bool = False
    system_schema: str | None = None
    custom_fields: frozenset[str] = frozenset()
    transactions: bool = True
    closed_period: ClosedPeriod = "hold"
    invoice_numbers: InvoiceNumbers = "none"

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """The policy that the settings say.

        Raises:
            SettingsError: the company's time zone is missing or unknown.
        """
        return cls(
            company=settings.company,
            zone=zone_of(settings.sagepro_zone, setting="TANDEM_SAGEPRO_ZONE"),
            user=settings.sagepro_user,
            location=settings.sagepro_location,
            allocate=settings.sagepro_allocate,
            system_schema=settings.sagepro_system_schema,
            custom_fields=frozenset((settings.sagepro_custom_fields or "").lower().split()),
            transactions=settings.sagepro_transactions,
            closed_period=settings.sagepro_closed_period,
            invoice_numbers=settings.sagepro_invoice_numbers,
        )
