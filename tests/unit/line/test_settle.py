"""What became of a batch is written down; one record that cannot be stored stops no other."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import State
from tandem.errors import StoreUnavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.settle import settle
from tandem.store import SettleReport
from tests.unit.store.conftest import applied, message


class Ledger:
    """Takes what it can store: nothing that holds a bad record."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault
        self.stored: dict[str, State] = {}

    def settle(self, cargo: list[Cargo], **_named: Any) -> SettleReport:
        if any(one.record == {"bad": True} for one in cargo):
            raise self.fault
        for one in cargo:
            assert one.outcome is not None
            self.stored[one.message.key] = one.outcome.state
        return SettleReport(settled=len(cargo), states={State.APPLIED: len(cargo)})


def line(ledger: Ledger) -> Connection:
    return cast("Connection", SimpleNamespace(name="main", owner="a", store=SimpleNamespace(ledger=ledger)))


def batch() -> Batch:
    entity = ENTITIES["order"]
    cargo = [Cargo(message=message(key), outcome=applied(), record={"bad": key == "2"}) for key in ("1", "2", "3")]
    return Batch(entity, entity.route(System.CLARITY), cargo)


def test_one_that_cannot_be_stored_becomes_a_dead_letter_and_the_others_go_through() -> None:
    ledger, some = Ledger(TypeError("of what it holds")), batch()
    report = settle(line(ledger), some)
    assert report.settled == 3
    assert ledger.stored == {"1": State.APPLIED, "2": State.DEAD, "3": State.APPLIED}
    dead = some.cargo[1]
    assert dead.outcome is not None
    assert dead.outcome.state is State.DEAD, "the tally and the alert say so too"
    assert dead.outcome.reason.startswith("TypeError: ")
    assert "of what it holds" not in dead.outcome.reason, "it may be personal"
    assert dead.record is None


def test_a_store_that_is_away_is_nobodys_fault() -> None:
    ledger = Ledger(StoreUnavailable("database is locked"))
    with pytest.raises(StoreUnavailable):
        settle(line(ledger), batch())
    assert ledger.stored == {}
