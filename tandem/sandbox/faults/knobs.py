"""Every way in which the stand-in can be told to break; all off by default."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tandem.values import decimal_of

Exact = Annotated[Decimal, BeforeValidator(decimal_of)]
Seconds = Annotated[Exact, Field(ge=0)]


class Knob(BaseModel):
    """Names on the wire are camelCase; an unknown one is refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Pick(Knob):
    """Which of the things that pass are hit: `skip` pass first, then at most `times`, each with chance `rate`."""

    skip: int = Field(0, ge=0)
    times: int | None = Field(None, ge=0)
    rate: Annotated[Exact, Field(ge=0, le=1)] = Decimal(1)
    only: tuple[str, ...] = Field((), description="Event types, or beginnings of them; empty: all")


class Delay(Pick):
    """The event is sent so much later."""

    seconds: Seconds


class Duplicate(Pick):
    """The event is sent `copies` more times under the same webhook-id, so many seconds apart."""

    copies: int = Field(1, ge=1, le=100)
    seconds: Seconds = Decimal(1)


class Swap(Pick):
    """The event is sent after the one that follows it, or after `seconds` if none follows."""

    seconds: Seconds = Decimal(5)


class EventKnobs(Knob):
    """What happens to events when they come into being."""

    drop: Pick | None = None
    delay: Delay | None = None
    duplicate: Duplicate | None = None
    swap: Swap | None = None


class SigningKnobs(Knob):
    """How webhooks are signed when they are sent; `both` is what a rotation of keys looks like."""

    keys: Literal["current", "both", "previous", "wrong", "none"] = "current"
    skew_seconds: int = Field(0, description="Seconds that the sender's clock is ahead")
    reserialised: bool = Field(False, description="The body is written anew after signing")
    padding: int = Field(0, ge=0, description="Bytes added to the body before signing")


class RequestFault(Pick):
    """What happens to a REST call; `cutAfter` commits the write and gives no answer."""

    what: Literal["status", "cutBefore", "cutAfter", "slow"] = "status"
    method: str | None = None
    path: str = Field("/", description="Beginning of the path after /api/v1")
    status: int = Field(500, ge=400, le=599)
    retry_after: int | None = Field(None, ge=0, description="Seconds; absent: no header")
    as_date: bool = Field(False, description="Retry-After as an HTTP date")
    seconds: Seconds = Field(Decimal(0), description="How long the body of a slow answer takes")


class PageShift(Pick):
    """After a page of the resource was served, its first records change and so move to the end of the list."""

    resource: str = "orders"
    records: int = Field(1, ge=1)


class TokenExpiry(Knob):
    """After so many more calls every token that was in use is expired, until a new one is fetched."""

    after: int = Field(0, ge=0)


class Knobs(Knob):
    """All knobs together."""

    seed: int = 1
    events: EventKnobs = EventKnobs()
    signing: SigningKnobs = SigningKnobs()
    requests: tuple[RequestFault, ...] = ()
    payload: Literal["full", "thin"] = "full"
    retry_scale: Annotated[Exact, Field(gt=0)] = Field(
        Decimal(1), description="Factor on the retry schedule; what Retry-After asks for is never shortened"
    )
    page_shift: PageShift | None = None
    same_updated_date: AwareDatetime | None = Field(None, description="Every change bears this moment")
    deleted_product: Pick | None = Field(None, description="The first product of an order is gone right after")
    token_expiry: TokenExpiry | None = None
    token_refused: bool = Field(False, description="Every token is refused, fresh ones too")
    offset: bool = Field(False, description="Date-times on the wire carry their offset")
    hide_deleted: bool = Field(False, description="Soft-deleted records are neither listed nor served")
    refuse: tuple[Literal["fulfillment", "fulfillment.cancel", "inventory", "patch", "cancel"], ...] = Field(
        (), description="Writes that the shop answers with 409"
    )
