"""Every error that Tandem raises on purpose.

TandemError
  SettingsError            a setting is missing or wrong; names the variable
  SheetError               a mapping sheet, lookup or rule is wrong; names file and field
  CompanyError             the Sage Pro company is not as it must be; names table and column
  StoreUnavailable         the inbox store cannot take or give anything now
  SignatureError           a webhook is not what its sender signed; carries the reason counted
    ClockSkew              it is, but by the sender's clock too long ago or too early
  ConnectorError           the other side of an HTTP call
    Unavailable            nothing was changed there; try again later
      RateLimited          the same, with the time to wait
      Paused               we did not even ask: that side is left in peace for now
    OutcomeUnknown         the other side may have committed: look before any second write
    Refused                a permanent answer of no, with the problem document
      Unauthorized         the credentials were refused
"""

from __future__ import annotations

from typing import Any


class TandemError(Exception):
    """Base of all; `exit_code` is what a command ends with."""

    exit_code = 1


class SettingsError(TandemError):
    """A setting is missing or wrong; the message names the variable and what would be right."""

    exit_code = 2


class SheetError(TandemError):
    """A mapping sheet, lookup or rule cannot be used; the message names file and field."""

    exit_code = 2


class CompanyError(TandemError):
    """The Sage Pro company is not as it must be; the message names table and column."""

    exit_code = 2


class StoreUnavailable(TandemError):
    """The store cannot take or give anything now; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SignatureError(TandemError):
    """A webhook is not what its sender signed; `reason` is the short name that is counted."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ClockSkew(SignatureError):
    """The signature fits and only the time does not; our clock is `seconds` ahead of the sender's (else behind)."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__("clock-skew", message)
        self.seconds = seconds


class ConnectorError(TandemError):
    """Something went wrong on the other side of an HTTP call.

    `side` is the system, where the connector knows it; `noted` once the outage that it speaks of is on record.
    """

    side: str | None = None
    noted: bool = False


class Unavailable(ConnectorError):
    """The other side did not take the request and changed nothing; `reached` if it had it and failed on it."""

    def __init__(self, message: str, *, reached: bool = False) -> None:
        super().__init__(message)
        self.reached = reached


class RateLimited(Unavailable):
    """The other side asks for a pause of `retry_after` seconds (None: it did not say how long)."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Paused(Unavailable):
    """Nothing was asked: that side is left in peace for now."""


class OutcomeUnknown(ConnectorError):
    """A write got no clear answer; it may have been committed."""


class Refused(ConnectorError):
    """A permanent no: HTTP `status` and, where there is one, the RFC 9457 `problem` document."""

    def __init__(self, message: str, *, status: int, problem: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem or {}


class Unauthorized(Refused):
    """The credentials were refused."""
