"""The order of batches: prepared side by side, written in the order of their claims, never wedged."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.declaration import System
from tandem.line.traffic import Ticket, Traffic

ORDERS = ("order", System.CLARITY)
CUSTOMERS = ("customer", System.CLARITY)


async def test_a_batch_writes_after_all_that_were_claimed_before_it() -> None:
    traffic = Traffic()
    first, second = traffic.enter(ORDERS), traffic.enter(ORDERS)
    turn = asyncio.create_task(second.turn())
    await first.turn()
    await asyncio.sleep(0)
    assert second.prepared
    assert not second.writing
    assert not turn.done()
    first.end_write()
    await turn
    assert second.writing


async def test_another_lane_waits_for_nobody() -> None:
    traffic = Traffic()
    traffic.enter(ORDERS)
    await traffic.enter(CUSTOMERS).turn()


async def test_a_batch_that_breaks_off_lets_the_next_one_write() -> None:
    traffic = Traffic()
    first, second = traffic.enter(ORDERS), traffic.enter(ORDERS)
    turn = asyncio.create_task(second.turn())
    first.leave()
    await turn
    second.leave()
    assert not traffic.busy


async def test_there_is_room_while_the_last_one_is_being_written_and_not_while_one_is_prepared() -> None:
    traffic = Traffic()
    assert traffic.room(ORDERS, 2)
    first = traffic.enter(ORDERS)
    assert not traffic.room(ORDERS, 2), "two that are being prepared would share one processor"
    await first.turn()
    assert traffic.room(ORDERS, 2)
    assert not traffic.room(ORDERS, 1)
    traffic.changed.clear()
    second = traffic.enter(ORDERS)
    turn = asyncio.create_task(second.turn())
    await asyncio.sleep(0)
    assert traffic.changed.is_set(), "whoever feeds the lane hears of it"
    assert not traffic.room(ORDERS, 2)
    first.leave()
    assert traffic.room(ORDERS, 2)
    await turn


async def test_parents_that_are_under_way_are_waited_for() -> None:
    traffic = Traffic()
    customers = traffic.enter(CUSTOMERS)
    waiting = asyncio.create_task(traffic.quiet("customer"))
    await asyncio.sleep(0)
    assert not waiting.done()
    customers.end_write()
    await asyncio.sleep(0)
    assert not waiting.done(), "written is not yet linked"
    customers.leave()
    await waiting
    await traffic.quiet("order")


async def test_a_ticket_that_stands_for_itself_writes_at_once() -> None:
    ticket = Ticket()
    await ticket.turn()
    ticket.leave()


@given(delays=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), min_size=1, max_size=12))
def test_however_long_each_takes_writes_follow_the_claims_and_never_overlap(
    delays: list[tuple[int, int, bool]],
) -> None:
    written: list[int] = []
    writing: list[int] = []

    async def batch(number: int, ticket: Ticket, prepare: int, write: int, breaks: bool) -> None:
        try:
            for _ in range(prepare):
                await asyncio.sleep(0)
            if breaks:
                raise ValueError
            await ticket.turn()
            assert not writing
            writing.append(number)
            for _ in range(write):
                await asyncio.sleep(0)
            writing.pop()
            written.append(number)
        finally:
            ticket.leave()

    async def all_of_them() -> None:
        traffic = Traffic()
        work = [batch(n, traffic.enter(ORDERS), *delay) for n, delay in enumerate(delays)]
        async with asyncio.timeout(10):
            await asyncio.gather(*work, return_exceptions=True)
        assert not traffic.busy

    asyncio.run(all_of_them())
    assert written == [n for n, (_, _, breaks) in enumerate(delays) if not breaks]
