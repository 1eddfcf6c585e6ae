"""Batches: every item judged, carried out and answered by itself, in the order sent."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from tandem.errors import CompanyError
from tandem.gateway.api import reply
from tandem.gateway.api.carrying import Asked, Carrying, Kind, Verdict
from tandem.gateway.api.context import Context
from tandem.gateway.api.handlers import instance_of
from tandem.gateway.api.idempotency import Answer, in_progress
from tandem.gateway.api.problems import ProblemError, invalid, problem_of, retry_later
from tandem.gateway.api.validation import parse, shape_faults
from tandem.gateway.company.faults import Fault, Rejection
from tandem.gateway.models import BatchResult, BatchResults
from tandem.gateway.models.base import WireIn

log = logging.getLogger(__name__)

D = TypeVar("D")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_VERSION = re.compile(r"[\x20-\x7e]{0,255}")
SOURCE_VERSION = "SourceVersion"
"""May stand in an item that changes a record: the version of the state in the caller's own system."""


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


def changing(item: Any, *members: str) -> tuple[Any, ...]:
    """As `envelope` for an item that changes a record, with its SourceVersion at the end; blank if it names none.

    Raises:
        ProblemError: the item is not of this shape.
    """
    version = item.get(SOURCE_VERSION, "") if isinstance(item, dict) else ""
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise invalid(
            [Fault(SOURCE_VERSION, "tdstate.version", "invalid", "must be up to 255 printable ASCII characters")]
        )
    rest = {name: item[name] for name in item if name != SOURCE_VERSION} if isinstance(item, dict) else item
    return (*envelope(rest, *members), version)


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


async def carried(
    here: Context,
    request: Request,
    run: Carrying[D, Any],
    items: Sequence[Any],
    parse: Callable[[Any], Asked[D]],
    more: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]] = lambda _: {},
) -> Response:
    """Carries the items of a batch out, each for itself, and answers with one result for each.

    Args:
        here: The gateway.
        request: The request that the batch came in.
        run: Carries documents of this kind out.
        items: The items as they came.
        parse: What one item asks for; raises what is wrong with it.
        more: By the numbers of documents, further members of their results.
    """
    instance = instance_of(request)

    def work() -> list[BatchResult]:
        asked: dict[int, Asked[D]] = {}
        results: dict[int, BatchResult] = {}
        for index, item in enumerate(items):
            try:
                asked[index] = parse(item)
            except ProblemError as error:
                results[index] = refused(index, instance, error)
            except Rejection as error:
                results[index] = refused(index, instance, problem_of(error))
        verdicts = run.carry_out(list(asked.values()))
        numbers = [run.kind.number_of(verdict) for verdict in verdicts if isinstance(verdict, Answer)]
        told = more(numbers) if numbers else {}
        for index, verdict in zip(asked, verdicts, strict=True):
            results[index] = _result(index, instance, run.kind, verdict, told)
        return [results[index] for index in range(len(items))]

    return reply.document(BatchResults(results=await here.desk.write(work)))


def _result(
    index: int, instance: str, kind: Kind[Any], verdict: Verdict, told: Mapping[str, Mapping[str, Any]]
) -> BatchResult:
    if isinstance(verdict, ProblemError):
        return refused(index, instance, verdict)
    number = kind.number_of(verdict)
    return BatchResult(
        index=index,
        status=verdict.status,
        e_tag=verdict.etag,
        replayed=verdict.replayed,
        **{kind.member: number},
        **told.get(number, {}),
    )
