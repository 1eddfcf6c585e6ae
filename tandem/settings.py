"""All settings, read from the environment (prefix TANDEM_) and from `.env`; each stands in `.env.example`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tandem.errors import SettingsError

ClosedPeriod = Literal["hold", "first-open-day"]
InvoiceNumbers = Literal["none", "sysdata"]


class Settings(BaseSettings):
    """What one installation of Tandem is told from outside."""

    model_config = SettingsConfigDict(env_prefix="TANDEM_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder of everything that Tandem writes on embedded defaults")
    port_base: int = Field(8700, ge=1024, le=65000, description="Ingress +0, gateway +1, sandbox +2, console +3")
    prefect_port: int = Field(4200, ge=1024, le=65535, description="Port of the Prefect server that `tandem up` starts")
    host: str = Field("127.0.0.1", description="Address that Tandem's services listen on")

    connection: str = Field("main", pattern=r"^[a-z0-9-]{1,32}$", description="Name of this pair of store and company")
    company: str = Field("01", pattern=r"^[A-Za-z0-9]{2}$", description="Two-character id of the Sage Pro company")

    database_url: str | None = Field(
        None, description="Store of inbox, ledger and links; SQLite in TANDEM_HOME if absent"
    )
    mappings: Path = Field(Path("mappings"), description="Folder of sheets, lookups, rules and dialects")

    sagepro_database_url: str | None = Field(None, description="Company database; SQLite in TANDEM_HOME if absent")
    sagepro_system_schema: str | None = Field(
        None, description="Schema of the system tables on SQL Server (PROSYS.dbo)"
    )
    sagepro_url: str | None = Field(None, description="Base address of the gateway; the local one if absent")
    sagepro_api_key: SecretStr | None = Field(None, description="Key that Tandem shows the gateway")
    sagepro_api_keys: SecretStr | None = Field(
        None,
        description="Keys that the gateway accepts: `key=scope scope,key=scope` (scopes such as orders:write)",
    )
    sagepro_zone: str | None = Field(None, description="Time zone of the company's own dates and stamps")
    sagepro_user: str = Field("TNDM", min_length=1, max_length=4, description="Written to adduser and lckuser")
    sagepro_location: str = Field("MAIN", description="Location of orders that name none")
    sagepro_allocate: bool = Field(False, description="Raise lsoaloc and qsoaloc at order entry (sites differ)")
    sagepro_transactions: bool = Field(
        True, description="The company's tables know transactions; no for FoxPro's: orders are then entered in steps"
    )
    sagepro_closed_period: ClosedPeriod = Field(
        "hold",
        description="A document dated in a closed fiscal period: hold, or first-open-day with its date in the notes",
    )
    sagepro_invoice_numbers: InvoiceNumbers = Field(
        "none", description="How invoices are numbered: none (refused), or sysdata (int1 of the AR row of SYSDATA)"
    )
    sagepro_custom_fields: str = Field(
        "", description="The site's own columns that callers may read and write: `somast.websono arcust.user1`"
    )
    sagepro_take_prices: bool = Field(False, description="Let callers change an item's list price")
    sagepro_webhook_secrets: SecretStr | None = Field(
        None, description="Secrets of webhooks from the gateway's watcher"
    )
    sagepro_webhook_url: str | None = Field(
        None, pattern=r"^(https?://\S+)?$", description="Where the watcher posts; the local ingress if absent"
    )
    sagepro_watch: str = Field("stock product shipment customer", description="What the watcher looks at")
    sagepro_watch_seconds: float = Field(0.2, gt=0, description="Seconds between two looks for stamped changes")
    sagepro_watch_overlap_seconds: float = Field(10, ge=2, description="How far clocks at Sage Pro's screens differ")
    sagepro_watch_full_seconds: float = Field(60, gt=0, description="Seconds between two comparisons of everything")
    sagepro_watch_announce_all: bool = Field(False, description="Tell what a first pass finds, not only remember it")

    clarity_url: str | None = Field(None, description="Base address of the store; the local sandbox if absent")
    clarity_token: SecretStr | None = Field(None, description="Bearer token for the store's REST API")
    clarity_dialect: str = Field("camel", description="Name of the file in mappings/dialects that fits the store")
    clarity_webhook_secrets: SecretStr | None = Field(None, description="Webhook secrets, comma-separated for rotation")
    clarity_webhook_style: Literal["standard", "body-hmac"] = Field(
        "standard", description="standard: Standard Webhooks; body-hmac: HMAC-SHA256 over the body alone (legacy)"
    )
    clarity_webhook_signature_header: str = Field(
        "X-Webhook-Signature",
        pattern=r"^[A-Za-z0-9-]+$",
        description="Header of a body-hmac signature, base64 or hex (X-Shopify-Hmac-SHA256, X-WC-Webhook-Signature)",
    )
    clarity_webhook_id_header: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]*$",
        description="Header by which a body-hmac sender names a delivery (X-Shopify-Webhook-Id); empty: the body does",
    )
    clarity_zone: str | None = Field(None, description="Time zone of date-times that the store sends without an offset")

    ingress_max_body: int = Field(1_048_576, ge=1024, description="Bytes; a larger webhook is answered 413")
    webhook_tolerance: int = Field(300, ge=1, description="Seconds that a webhook's timestamp may be off")

    silence_minutes: int = Field(
        10, ge=1, description="Age at which a change that polling found and no event announced is worth an alert"
    )
    open_sweep_minutes: int = Field(
        60, ge=0, description="How often all that is still open in the company is read again; 0: never"
    )

    batch_size: int = Field(250, ge=1, le=500, description="Records that a drain takes at once, at the most")
    pipeline: int = Field(
        2, ge=1, le=8, description="Batches of one kind under way at once in a run; 1: one after the other"
    )
    lease_seconds: int = Field(
        30, ge=5, description="Seconds until another drain may take the records of one that died; a live one prolongs"
    )
    linger_seconds: int = Field(300, ge=0, description="How long a live run waits for more before it ends")
    run_seconds: int = Field(900, ge=10, description="Age at which a live run hands over to its successor")
    poll_seconds: float = Field(2.0, gt=0, description="How often a live run asks the gateway for new shipments")
    sweep_from: datetime | None = Field(
        None, description="Moment (with offset) from which the first sweep looks; earlier records come by backfill"
    )
    retry_limit: int = Field(8, ge=0, description="Timed retries of a transient fault before it is a dead letter")
    park_hours: int = Field(72, ge=1, description="How long a record waits for its parent before it is a dead letter")
    quantity_decimals: int = Field(
        0, ge=0, le=5, description="Decimals that a quantity may have where the company's column allows them; 0: whole"
    )
    rounding_limit: str = Field("0.05", description="Largest difference that one explicit rounding line may carry")

    price_jump: Decimal = Field(
        Decimal(10), ge=0, description="A price this many times up or down on the shop's is held for a person; 0: never"
    )
    zero_prices: bool = Field(False, description="Let a price of 0.00 go to the shop without a person's word")
    catalogue_create: bool = Field(False, description="Give the shop, unpublished, the products that it lacks")
    catalogue_unmatched: Literal["skip", "hold"] = Field(
        "skip", description="A product without a counterpart: skip (and list it), or hold it for a person"
    )

    reconcile_each: Decimal = Field(Decimal(0), ge=0, description="Largest stock correction of one item unasked")
    reconcile_share: Decimal = Field(Decimal("0.01"), ge=0, description="Most stock that may differ for any correction")
    reconcile_total: Decimal = Field(Decimal(0), ge=0, description="Largest sum of stock corrections unasked")
    clarity_rate: float = Field(0, ge=0, description="Calls per second to the store, over all drains; 0: no limit")
    sagepro_rate: float = Field(0, ge=0, description="Calls per second to the gateway, over all drains; 0: no limit")
    keep_days: int = Field(
        90, ge=1, description="Days that the content of a settled event is kept; its id is kept four times as long"
    )

    operator: str = Field("", description="Your name on what you edit, replay or link; your login if absent")
    alert_urls: SecretStr | None = Field(None, description="Apprise addresses, comma-separated")

    def url_of(self, service: str) -> str:
        """The address of one of Tandem's own services on this machine."""
        offset = {"ingress": 0, "gateway": 1, "sandbox": 2, "console": 3}[service]
        return f"http://{self.host}:{self.port_base + offset}"

    @property
    def store_url(self) -> str:
        """SQLAlchemy address of the store."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'tandem.db'}"

    @property
    def company_url(self) -> str:
        """SQLAlchemy address of the company database."""
        return self.sagepro_database_url or f"sqlite:///{self.home.resolve() / f'company{self.company}.db'}"

    def secret(self, name: str) -> str:
        """The value of a secret that must be there.

        Raises:
            SettingsError: it is missing or empty; names the variable.
        """
        value: SecretStr | None = getattr(self, name)
        if value is None or not value.get_secret_value().strip():
            raise SettingsError(f"TANDEM_{name.upper()} is not set; {type(self).model_fields[name].description}")
        return value.get_secret_value()

    def secrets(self, name: str) -> tuple[str, ...]:
        """The comma-separated values of a secret, none of them empty.

        Raises:
            SettingsError: missing, or one of the values is empty: an empty secret would accept any caller.
        """
        values = tuple(part.strip() for part in self.secret(name).split(","))
        if not all(values):
            raise SettingsError(f"TANDEM_{name.upper()} has an empty entry; remove the stray comma")
        return values


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a variable has a value that cannot be used; names each.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"TANDEM_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"settings cannot be used: {faults}") from None
