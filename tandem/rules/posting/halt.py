"""How a plan ends before it has a document: what stands in the way is found deep down and is an outcome, no error."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from pydantic import ValidationError

from tandem.entities.declaration import Canonical
from tandem.entities.state import Fault, Outcome, State, held
from tandem.rules.circumstances import Circumstances

RecordT = TypeVar("RecordT", bound=Canonical)
DocumentT = TypeVar("DocumentT", bound=Canonical)
ModelT = TypeVar("ModelT", bound=Canonical)


class Halt(Exception):  # no fault of the program: never leaves this room
    """The plan ends here with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def plan_of(
    decide: Callable[[RecordT, Circumstances], DocumentT],
) -> Callable[[RecordT, Circumstances], DocumentT | Outcome]:
    """A plan out of a function that may halt."""

    @wraps(decide)
    def plan(record: RecordT, around: Circumstances) -> DocumentT | Outcome:
        try:
            return decide(record, around)
        except Halt as halt:
            return halt.outcome

    return plan


def hold(reason: str, *, news: str = "", **detail: Any) -> Halt:
    """A person must decide; the sentence names both figures."""
    return Halt(Outcome(state=State.HELD, reason=reason, fault=Fault.DATA, news=news, detail=detail))


def mend(reason: str) -> Halt:
    """Held until whoever keeps the sheets has mended them."""
    return Halt(Outcome(state=State.HELD, reason=reason, fault=Fault.CONFIGURATION))


def wait(reason: str) -> Halt:
    """Something that it needs is not there yet."""
    return Halt(Outcome(state=State.PARKED, reason=reason, fault=Fault.DATA))


def pass_over(reason: str, *, news: str = "") -> Halt:
    """Nothing is to be posted."""
    return Halt(Outcome(state=State.SKIPPED, reason=reason, news=news))


def done(reason: str, target: str | None = None) -> Halt:
    """It stands in the books already."""
    return Halt(Outcome(state=State.NOOP, reason=reason, target=target))


def beside(around: Circumstances, name: str, model: type[ModelT]) -> tuple[ModelT, ...]:
    """The records of a kind that were read beside this one.

    Raises:
        Halt: one of them cannot be understood.
    """
    found = around.companions.get(name)
    records = found if isinstance(found, list | tuple) else [] if found is None else [found]
    try:
        return tuple(model.model_validate(record) for record in records)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Halt(held(f"{name} beside it cannot be understood: {faults}")) from None
