"""A write whose outcome nobody knows and nobody can find out, through the real flow and the real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.entities.state import Fault, State
from tests.flows.stack import Stack, stack

MOST_PASSES = 12


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A connection that gives up after two tries."""
    monkeypatch.setenv("TANDEM_RETRY_LIMIT", "2")
    with stack(tmp_path, monkeypatch) as built:
        yield built


async def test_case_036_while_no_look_up_succeeds_nothing_is_written_and_after_the_limit_a_person_looks(
    impatient: Stack,
) -> None:
    line = impatient
    line.order({"sku": "ABC-3"})
    await line.run()
    order = line.order()
    line.cut.times, line.cut.blind = 1, True
    assert await line.run() == {"order UNKNOWN": 1}
    passes = 0
    while line.record("order", order["orderId"]).state is State.UNKNOWN and passes < MOST_PASSES:
        passes += 1
        line.make_due()
        await line.run()
        assert len(line.rows("somast")) == 2, "the first order, and this one as it was committed"
    record = line.record("order", order["orderId"])
    assert (record.state, record.fault) == (State.HELD, Fault.UNKNOWN), f"after {passes} passes"
    assert "whether it was written could not be found out" in record.reason
    (letter,) = line.store.letters.list()
    line.cut.blind = False
    line.make_due()
    assert line.replay(letter.id) == 1
    assert await line.run() == {"order APPLIED": 1}
    _, second = line.rows("somast")
    assert line.record("order", order["orderId"]).target == second["sono"].strip()
    assert len(line.rows("somast")) == 2
