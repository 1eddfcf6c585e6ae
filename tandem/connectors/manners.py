"""The manners of a store, part by part: how it is asked, paged, refused and heard; parts of a Dialect."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Route = Annotated[str, Field(pattern=r"^/")]
"""A path below the base of the address."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Part(BaseModel):
    """Base of all parts: immutable, and a name that is not known is a typo."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Expired(Part):
    """The answer that says that an access token has run out, as opposed to wrong credentials."""

    status: Literal[401]
    code: str


class Refresh(Part):
    """The call that gives a new access token, and the members of its answer."""

    method: Method
    path: Route
    token: str
    expires_in: str


class Auth(Part):
    """How the connector shows who it is."""

    style: Literal["bearer"]
    expired: Expired | None = None
    refresh: Refresh | None = None


class Dates(Part):
    """Date-times of the store: whether they carry an offset, how fine they are, what its filters take."""

    offset: Literal["absent", "present"]
    precision: Literal["seconds", "milliseconds", "microseconds"]
    accepts_offset: bool


class Paging(Part):
    """Lists by page number; `first` is the number of the first page."""

    style: Literal["index"]
    index: str
    first: Literal[0, 1]
    size: str
    default_size: int = Field(ge=1)
    max_size: int = Field(ge=1)
    items: str
    total: str
    stable: bool


class Filters(Part):
    """Filters of a list: how often a key may be repeated, and the endings that make a range."""

    repeat: Literal["or"]
    max_values: int = Field(ge=1)
    min: str
    max: str
    text: tuple[str, ...] = ()
    negation: str = ""
    tags: str = ""
    unknown: Literal["refused", "ignored"]


class Sort(Part):
    """The parameter that orders a list, and how several criteria are written."""

    parameter: str
    separator: str
    descending: str
    default: str


class RateLimit(Part):
    """How the store asks for a pause."""

    status: int
    header: str
    forms: tuple[Literal["seconds", "http-date", "none"], ...]


class Limits(Part):
    """What the store takes at most."""

    max_body_bytes: int
    rate_limit: RateLimit


class Deleted(Part):
    """How a soft-deleted record shows."""

    field: str
    listed: bool


class Bulk(Part):
    """What the store does for several records in one call."""

    read_by_keys: bool
    write: bool


class Duplicate(Part):
    """The answer to a second record under one reference; `key` is the member with the number of the first."""

    status: int
    code: str
    key: str


class Changed(Part):
    """The answer to a write that was made for another state of the record than the present one."""

    status: int
    code: str


class Errors(Part):
    """The members of an error document."""

    code: str
    message: str
    field: str
    duplicate: Duplicate
    changed: Changed | None = None
    codes: tuple[str, ...]


class Event(Part):
    """What a webhook event is about, and the member of its record that holds the key."""

    resource: str
    key: str


class Webhooks(Part):
    """How the store announces changes."""

    style: Literal["standard"]
    headers: dict[str, str]
    secret_prefix: str
    envelope: dict[str, str]
    payload: Literal["full", "thin"]
    retries: tuple[int, ...]
    unsubscribe_status: int
    events: dict[str, Event]
