"""Both systems side by side, over the real stand-ins: what is missing, what differs, and what explains itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tandem.cli.findings import findings, rows
from tandem.cli.reconcile import reconcile_facts, window_of
from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.sagepro import SageProConnector
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import Outcome, State
from tandem.line.connection import Connection
from tandem.line.sides import Window, side_by_side
from tandem.mapping import Workbook
from tandem.rules import Facts
from tandem.rules.reconciliation import Reconciliation
from tandem.sandbox.warehouse import shipping
from tandem.sandbox.warehouse.books import Books
from tandem.settings import Settings
from tandem.store import Event, Store
from tests.contract.connectors.conftest import MAPPINGS, Shop, customer, order
from tests.contract.connectors.test_store_conformance import parcel

ALWAYS = Window()
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.fixture
def line(settings: Settings, store: ClarityConnector, company: SageProConnector) -> Iterator[Connection]:
    memory = Store.open(settings.store_url)
    yield Connection(
        settings,
        store=memory,
        connectors={System.CLARITY: store, System.SAGEPRO: company},
        workbook=Workbook.load(MAPPINGS),
        facts=Facts(),
        owner="test",
    )
    memory.close()


async def compared(line: Connection, window: Window = ALWAYS) -> Reconciliation:
    return await side_by_side(line, window, lambda _resource, _count: None)


def found(result: Reconciliation) -> list[tuple[str, str, str]]:
    return [(d.kind, d.key, d.what.value) for d in result.differences]


def settled(line: Connection, entity: str, **states: Outcome) -> None:
    """The records came to these ends on the line."""
    source = System.CLARITY if entity == "order" else System.SAGEPRO
    event = {"connection": "main", "company": "01", "source": source, "event_type": "x", "entity": entity}
    line.store.inbox.put(
        [Event(event_id=f"{entity}-{key}", key=key, received_at=NOW, **event) for key in states]  # type: ignore[arg-type]
    )
    messages = line.store.inbox.claim(
        "main", entity, source, limit=99, owner="test", lease_seconds=60, now=NOW, keys=list(states)
    )
    assert len(messages) == len(states)
    cargo = [Cargo(message=message, outcome=states[message.key]) for message in messages]
    line.store.ledger.settle(cargo, "test", NOW)


def applied(target: str | None) -> Outcome:
    return Outcome(state=State.APPLIED, target=target)


async def carried(line: Connection, company: SageProConnector, ids: list[str], **more: Any) -> dict[str, str]:
    """The orders are in the company, and linked."""
    results = await company.write("orders", [order(order_id, **more) for order_id in ids])
    numbers = {result.reference: str(result.target) for result in results}
    settled(line, "order", **{order_id: applied(number) for order_id, number in numbers.items()})
    return numbers


async def test_two_systems_in_step_have_no_difference(
    line: Connection, company: SageProConnector, store: ClarityConnector, shop: Shop, books: Books
) -> None:
    ids = await shop.place(3)
    await company.write("customers", [customer()])
    numbers = await carried(line, company, ids)
    with books.open() as page:
        shipping.pick(page, numbers[ids[0]])
        shipment = shipping.ship(page, numbers[ids[0]], shipping.Parcel())
    shipment = shipment.strip()
    (told,) = await store.write("fulfillments", [parcel(ids[0], shipment)])
    settled(line, "shipment", **{shipment: applied(told.target)})
    result = await compared(line)
    assert (found(result), result.apart) == ([], ())
    (orders, shipments) = result.tallies
    assert (orders.source_count, orders.source_amount) == (orders.target_count, orders.target_amount)
    assert (orders.source_count, orders.source_amount) == (3, Decimal("40.50"))
    assert (shipments.source_count, shipments.target_count) == (1, 1)


async def test_case_161_exactly_what_was_planted_is_found(
    line: Connection, company: SageProConnector, store: ClarityConnector, shop: Shop, books: Books
) -> None:
    ids = await shop.place(9)
    await company.write("customers", [customer()])
    numbers = await carried(line, company, ids[:4])
    await carried(line, company, ids[4:5], quantity=4)
    orphan = (await company.write("orders", [order("not-in-the-shop")]))[0].target
    with books.open() as page:
        shipping.pick(page, numbers[ids[0]])
        shipment = shipping.ship(page, numbers[ids[0]], shipping.Parcel()).strip()
        shipping.pick(page, str(orphan))
    await store.write("fulfillments", [parcel(ids[1], "no-such-shipment")])
    settled(
        line,
        "order",
        **{
            ids[5]: Outcome(state=State.SKIPPED, reason="a test order"),
            ids[6]: Outcome(state=State.HELD, reason="why"),
        },
    )
    result = await compared(line)
    assert sorted(found(result)) == sorted(
        [
            ("order", ids[4], "amount differs"),
            ("order", ids[7], "missing in target"),
            ("order", ids[8], "missing in target"),
            ("order", "not-in-the-shop", "missing in source"),
            ("shipment", shipment, "missing in target"),
            ("shipment", "no-such-shipment", "missing in source"),
        ]
    )
    amount = next(d for d in result.differences if d.key == ids[4])
    assert amount.amount == Decimal("4.50")
    facts = findings(result, {("order", ids[6]): "why"})
    assert [(f["key"], f["state"], f["reason"]) for f in facts["explained"]] == [
        (ids[5], State.SKIPPED, ""),
        (ids[6], State.HELD, "why"),
    ]
    assert len(list(rows(facts))) == 8


async def test_what_is_on_its_way_is_set_apart(line: Connection, shop: Shop, books: Books) -> None:
    (order_id,) = await shop.place()
    settled(
        line, "order", **{order_id: Outcome(state=State.RETRY, reason="later", retry_at=NOW + timedelta(minutes=5))}
    )
    facts = findings(await compared(line), {})
    assert (facts["count"], len(facts["in_flight"]), len(facts["explained"])) == (0, 1, 0)


async def test_what_only_arrived_is_on_its_way(line: Connection, shop: Shop, books: Books) -> None:
    (order_id,) = await shop.place()
    line.store.inbox.put(
        [
            Event(
                connection="main",
                company="01",
                source=System.CLARITY,
                event_id="1",
                event_type="order.created",
                entity="order",
                key=order_id,
                received_at=NOW,
            )
        ]
    )
    facts = findings(await compared(line), {})
    assert (facts["count"], len(facts["in_flight"])) == (0, 1)


async def test_a_link_to_another_number_is_a_difference(
    line: Connection, company: SageProConnector, shop: Shop, books: Books
) -> None:
    (order_id,) = await shop.place()
    await company.write("customers", [customer()])
    await company.write("orders", [order(order_id)])
    settled(line, "order", **{order_id: applied("9999")})
    assert found(await compared(line)) == [("order", order_id, "not linked")]


async def test_a_cancelled_order_needs_no_counterpart_and_a_live_one_is_a_difference(
    line: Connection, company: SageProConnector, shop: Shop, books: Books
) -> None:
    first, second = await shop.place(2)
    await company.write("customers", [customer()])
    await carried(line, company, [first])
    for order_id in (first, second):
        await shop.ask("POST", f"/sandbox/orders/{order_id}/cancel", {"reason": "mind changed"})
    assert found(await compared(line)) == [("order", first, "status differs")]


async def test_a_window_takes_what_either_system_made_in_it_with_its_counterpart(
    line: Connection, company: SageProConnector, shop: Shop, books: Books
) -> None:
    await shop.ask("PUT", "/sandbox/clock", {"now": "2025-12-01T18:00:00Z"})
    (old,) = await shop.place()
    await shop.ask("PUT", "/sandbox/clock", {"now": "2025-12-02T18:00:00Z"})
    (new,) = await shop.place()
    zone = line.zone
    assert found(await compared(line, window_of("2025-12-02", "2025-12-02", zone))) == [
        ("order", new, "missing in target")
    ]
    await company.write("customers", [customer()])
    await carried(line, company, [old])
    result = await compared(line, window_of("2026-01-01", None, zone))  # the company made it today
    assert (found(result), result.tallies[0].source_count) == ([], 1)


async def test_orders_entered_by_hand_are_counted_apart(
    line: Connection, company: SageProConnector, books: Books
) -> None:
    await company.write("customers", [customer()])
    await company.write("orders", [order("x")])
    with books.open() as page:
        row = page.rows("somast")[0]
        page.add("somast", [row | {"sono": "      9000"}])
    result = await compared(line)
    assert [(t.kind, t.by_hand) for t in result.tallies] == [("order", 1)]


async def test_the_facts_of_the_command(
    line: Connection, settings: Settings, shop: Shop, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `tandem reconcile --json` prints them, with the reason of what is set apart."""
    missing, held = await shop.place(2)
    settled(line, "order", **{held: Outcome(state=State.HELD, reason="totals differ")})

    @asynccontextmanager
    async def connected(*_args: object, **_more: object) -> AsyncIterator[Connection]:
        yield line

    monkeypatch.setattr("tandem.line.connection.connect", connected)
    seen: list[tuple[str, int]] = []
    facts = await reconcile_facts(settings, since="2020-01-01", told=lambda what, count: seen.append((what, count)))
    assert (facts["count"], facts["differences"][0]["key"]) == (1, missing)
    assert [(f["key"], f["reason"]) for f in facts["explained"]] == [(held, "totals differ")]
    assert (facts["connection"], facts["company"], facts["until"]) == ("main", "01", None)
    assert ("orders", 2) in seen
