"""The station that writes, over a target that only remembers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tandem.connectors.protocol import Record, WriteItem, WriteResult
from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo, Known, Message
from tandem.entities.declaration import System
from tandem.entities.state import Fault, State
from tandem.errors import Unavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.write import load
from tandem.rules.retry import Retry

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


@dataclass
class Target:
    """The company's side: what stands there under our references."""

    there: dict[str, list[Record]] = field(default_factory=dict)
    away: bool = False
    asked: list[list[str]] = field(default_factory=list)
    written: list[WriteItem] = field(default_factory=list)

    async def find(self, _resource: str, references: Sequence[str]) -> dict[str, list[Record]]:
        self.asked.append(list(references))
        if self.away:
            raise Unavailable("GET orders got no answer")
        return {key: self.there[key] for key in references if key in self.there}

    async def write(self, _resource: str, items: Sequence[WriteItem]) -> list[WriteResult]:
        self.written += items
        return [
            WriteResult(reference=item.reference, status="updated" if item.target else "created", target="7")
            for item in items
        ]

    def key(self, _resource: str, record: Record) -> str:
        return str(record["SalesOrderNo"])


def line(target: Target) -> Connection:
    known = {"name": "main", "company": "01", "retry": Retry(), "connectors": {System.SAGEPRO: target}}
    return cast("Connection", SimpleNamespace(**known))


def cargo(key: str, *, attempts: int = 0, known: Known | None = None) -> Cargo:
    message = Message(
        ids=(1,),
        connection="main",
        company="01",
        entity="order",
        source=System.CLARITY,
        key=key,
        event_type="order.created",
        received_at=NOW,
        attempts=attempts,
    )
    return Cargo(message=message, known=known, payload={"ExternalOrderId": key}, payload_hash=key)


def batch(*some: Cargo) -> Batch:
    entity = ENTITIES["order"]
    return Batch(entity, entity.route(System.CLARITY), some)


def numbers(*given: str) -> list[Record]:
    return [{"SalesOrderNo": number} for number in given]


def outcome(one: Cargo) -> Any:
    assert one.outcome is not None
    return one.outcome


async def test_two_found_for_one_reference_are_held_and_neither_is_written_to() -> None:
    target = Target({"A": numbers("1002", "1001"), "B": numbers("1003")})
    twice, once, new = cargo("A", attempts=1), cargo("B", attempts=1), cargo("C", attempts=1)
    await load(line(target), batch(twice, once, new))
    assert (outcome(twice).state, outcome(twice).fault) == (State.HELD, Fault.UNKNOWN)
    assert outcome(twice).reason.startswith("our reference A is that of 2 records: 1001, 1002")
    assert [(item.reference, item.target) for item in target.written] == [("B", "1003"), ("C", None)]
    assert (outcome(once).state, outcome(new).state) == (State.APPLIED, State.APPLIED)
    assert target.asked == [["A", "B", "C"]], "all of them in one look-up"


async def test_one_record_that_a_list_tells_twice_is_one() -> None:
    target = Target({"A": numbers("1001", "1001")})
    one = cargo("A", attempts=1)
    await load(line(target), batch(one))
    assert [item.target for item in target.written] == ["1001"]


@pytest.mark.parametrize(
    ("attempts", "known"),
    [
        (1, None),  # a lease ran out, a run was killed, a letter is replayed
        (0, Known(state=State.UNKNOWN)),
        (0, Known(state=State.HELD, payload_hash="x")),  # held since nobody could find out
        (0, Known(state=State.DEAD, payload_hash="x")),
    ],
    ids=["an attempt before", "unknown", "held with what was sent", "dead with what was sent"],
)
async def test_whatever_may_have_been_sent_is_looked_up_first(attempts: int, known: Known | None) -> None:
    target = Target({"A": numbers("1001")})
    one = cargo("A", attempts=attempts, known=known)
    await load(line(target), batch(one))
    assert target.asked == [["A"]]
    assert [item.target for item in target.written] == ["1001"]


async def test_what_was_never_sent_is_not_looked_up() -> None:
    target = Target()
    await load(line(target), batch(cargo("A"), cargo("B", attempts=1, known=Known(state=State.APPLIED, target="5"))))
    assert target.asked == []
    assert [item.target for item in target.written] == [None, "5"]


async def test_case_036_a_look_up_that_fails_writes_nothing_at_all() -> None:
    target = Target(away=True)
    doubtful, fresh = cargo("A", attempts=1), cargo("B")
    with pytest.raises(Unavailable):
        await load(line(target), batch(doubtful, fresh))
    assert (target.written, doubtful.outcome, fresh.outcome) == ([], None, None)
