"""Every answer of no: one RFC 9457 problem document, without a stack trace and without a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from tandem.errors import CompanyError
from tandem.gateway.company.faults import Busy, Conflict, Fault, Faulty, PeriodClosed, Rejection
from tandem.values import dumps

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


class ProblemError(Exception):
    """A refusal on its way to the caller."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = members

    def document(self, instance: str) -> dict[str, Any]:
        """The problem document of a request to `instance`."""
        document: dict[str, Any] = {
            "type": f"urn:tandem:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            **self.members,
        }
        if self.errors:
            document["errors"] = [fault.as_dict() for fault in self.errors]
        return document

    def response(self, instance: str) -> Response:
        """The HTTP answer."""
        return Response(dumps(self.document(instance)), self.status, self.headers, MEDIA_TYPE)


def invalid(faults: Sequence[Fault]) -> ProblemError:
    """422 with every fault of the request."""
    count = "One fault" if len(faults) == 1 else f"{len(faults)} faults"
    return ProblemError(422, Faulty.code, f"{count}; nothing was written.", errors=faults)


def retry_later(code: str, detail: str, seconds: int = RETRY_SECONDS) -> ProblemError:
    """503: nothing was written and the same request may succeed later."""
    return ProblemError(503, code, detail, headers={"Retry-After": str(seconds)})


def problem_of(error: Rejection | CompanyError) -> ProblemError:
    """What the company's refusal is on the wire."""
    if isinstance(error, Faulty):
        return invalid(error.faults)
    if isinstance(error, Busy):
        return retry_later(error.code, error.detail, error.retry_after)
    if isinstance(error, CompanyError):
        return retry_later("company-not-ready", str(error), 60)
    members = error.extra if isinstance(error, Conflict) else {}
    faults = error.faults if isinstance(error, PeriodClosed) else ()
    return ProblemError(error.status, error.code, error.detail, errors=faults, **members)
