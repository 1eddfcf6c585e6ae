"""Batches: every item judged, carried out and answered by itself, in the order sent."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from tandem.errors import CompanyError
from tandem.gateway.api.context import Context
from tandem.gateway.api.idempotency import in_progress
from tandem.gateway.api.problems import ProblemError, invalid, problem_of, retry_later
from tandem.gateway.api.validation import parse, shape_faults
from tandem.gateway.company.faults import Fault, Rejection
from tandem.gateway.models import BatchResult
from tandem.gateway.models.base import WireIn

log = logging.getLogger(__name__)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def items_of(model: type[WireIn], data: Any) -> list[Any]:
    """The items of a batch, each as it came.

    Raises:
        ProblemError: 422, the batch itself is malformed.
    """
    try:
        items: list[Any] = parse(model, data).__dict__["items"]
    except ValidationError as error:
        raise invalid(shape_faults(error)) from None
    return items


def envelope(item: Any, *members: str) -> tuple[Any, ...]:
    """The members of one item, IdempotencyKey first.

    Raises:
        ProblemError: the item is not of this shape.
    """
    wanted = ("IdempotencyKey", *members)
    if not isinstance(item, dict):
        raise invalid([Fault("", "", "not-an-object", f"must be an object of {', '.join(wanted)}")])
    faults = [Fault(name, "", "missing", "is required") for name in wanted if item.get(name) is None]
    faults += [Fault(name, "", "unknown-member", "is not known here") for name in item if name not in wanted]
    key = item.get("IdempotencyKey")
    if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
        faults.append(Fault("IdempotencyKey", "", "invalid", "must be 1 to 255 visible ASCII characters"))
    if faults:
        raise invalid(faults)
    return tuple(item[name] for name in wanted)


def held(here: Context, key: str, work: Callable[[], BatchResult]) -> BatchResult:
    """Runs the work of one item while its key is marked as running.

    Raises:
        ProblemError: 409, another request with the key is running.
    """
    if not here.running.enter(key):
        raise in_progress()
    try:
        return work()
    finally:
        here.running.leave(key)


def judged(index: int, instance: str, work: Callable[[], BatchResult]) -> BatchResult:
    """The result of one item: whatever it raises becomes its own problem and stops no other item."""
    try:
        return work()
    except ProblemError as error:
        problem = error
    except (Rejection, CompanyError) as error:
        problem = problem_of(error)
    except DBAPIError as error:
        log.warning("company database: %s", error.orig)
        problem = retry_later("company-busy", "The company database cannot take the item now.")
    return refused(index, instance, problem)


def refused(index: int, instance: str, problem: ProblemError) -> BatchResult:
    """The result of an item that was not carried out."""
    document = problem.document(f"{instance}#{index}")
    return BatchResult(index=index, status=problem.status, problem=document)
