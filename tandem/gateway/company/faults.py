"""How the gateway says no; the API turns each into one RFC 9457 problem document.

Rejection
  Faulty               422  every fault of the document at once, each naming its field and its Sage column
  NotFound             404
  Conflict             409  `code` and what stands in the way (`extra`, such as the existing order number)
    PeriodClosed       409  the fiscal period of the date is closed; names date and period
  PreconditionFailed   412  the record is not the one that If-Match names
  Locked               423  somebody has the record open at Sage Pro's screens (lckstat is not blank)
  Busy                 503  another writer holds the database; try again after `retry_after` seconds

A `CompanyError` (a counter row is gone, say) is not a caller's fault: 503 with the code `company-not-ready`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.errors import TandemError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document: where it came from, where it would have gone, what would be right."""

    field: str
    column: str
    code: str
    message: str
    value: str = ""

    def as_dict(self) -> dict[str, str]:
        """The entry of the problem document's `errors`."""
        return {
            "field": self.field,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "value": self.value,
        }


class Rejection(TandemError):
    """Base of everything that the gateway refuses on purpose."""

    status = 500
    code = "rejected"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Faulty(Rejection):
    """The document cannot be taken; `faults` holds all of its faults, not only the first."""

    status = 422
    code = "invalid-document"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in self.faults))


class NotFound(Rejection):
    """There is no such record, neither open nor in history."""

    status = 404
    code = "not-found"


class Conflict(Rejection):
    """The record's present state forbids it; nothing was written."""

    status = 409

    def __init__(self, code: str, detail: str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.extra: dict[str, Any] = dict(extra or {})


class PeriodClosed(Conflict):
    """The document's date lies in a fiscal period that the bookkeeper has closed; `faults` names date and period."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("period-closed", "; ".join(f"{fault.field}: {fault.message}" for fault in self.faults))


class PreconditionFailed(Rejection):
    """The record has changed since the caller read it."""

    status = 412
    code = "precondition-failed"


class Locked(Rejection):
    """The record is in use at Sage Pro's screens."""

    status = 423
    code = "record-locked"


class Busy(Rejection):
    """The company database is held by another writer."""

    status = 503
    code = "company-busy"

    def __init__(self, detail: str, *, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
