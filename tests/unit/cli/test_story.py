"""What the demo tells, judged by what the store holds."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tandem.cli.acts import Record
from tandem.cli.story import Ending, endings, facts_of, good
from tandem.entities import System
from tandem.entities.cargo import Cargo
from tandem.entities.state import Outcome, State
from tandem.sandbox.play.script import Document, Fate, Kind
from tandem.store import Event, Store
from tandem.values import ZERO

D = Decimal
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'tandem.db'}")
    yield store
    store.close()


def document(key, fate=Fate.SOLD, kind=Kind.ORDER, amount=ZERO):
    return Document(key=key, kind=kind, sort="ordinary", body={}, fate=fate, amount=amount)


def arrive(store, key, event_type="order.created", entity="order"):
    event = Event(
        connection="main",
        company="01",
        source=System.CLARITY,
        event_id=f"{event_type}-{key}",
        event_type=event_type,
        entity=entity,
        key=key,
        received_at=NOW,
    )
    store.inbox.put([event])


def settle(store, state, reason=""):
    (message,) = store.inbox.claim(
        "main", "order", System.CLARITY, limit=1, owner="me", lease_seconds=60, now=NOW, keys=None
    )
    store.ledger.settle([Cargo(message=message, outcome=Outcome(state=state, reason=reason))], "me", NOW)


def test_every_document_ends_as_the_store_says(store):
    arrive(store, "1")
    settle(store, State.APPLIED)
    arrive(store, "2")
    settle(store, State.HELD, "total: is wrong")
    arrive(store, "3")
    arrive(store, "C4", "return.created", None)
    documents = [
        document("1"),
        document("2", Fate.REFUSED),
        document("3"),
        document("C4", Fate.LEFT_OUT, Kind.RETURN),
        document("5"),
    ]
    found = {ending.document.key: ending for ending in endings(store, "main", documents)}
    assert {key: (e.state, e.accounted, e.as_meant) for key, e in found.items()} == {
        "1": (State.APPLIED, True, True),
        "2": (State.HELD, True, True),
        "3": (State.WAITING, False, False),
        "C4": (State.SKIPPED, True, True),
        "5": (None, False, False),
    }
    assert found["C4"].reason == "event type return.created is not used"


def test_a_state_that_needs_a_reason_does_not_count_without_one():
    assert not Ending(document("1"), State.SKIPPED, "").accounted
    assert not Ending(document("1"), State.HELD, "").accounted
    assert not Ending(document("1"), State.PARKED, "waits").accounted


def reconciled(**other):
    tally = {"kind": "order", "currency": "USD", "source_count": 3, "source_amount": D("45.00"), "target_count": 2}
    facts = {"kinds": [tally | {"target_amount": D("30.00")}], "count": 0, "explained": [], "in_flight": []}
    return facts | other


def apart(amount, currency="USD"):
    return {"kind": "order", "source": {"amount": D(amount), "currency": currency}, "target": None}


def test_amounts_are_what_was_sold_on_both_sides():
    ended = [Ending(document("1"), State.APPLIED, "")]
    facts = facts_of(ended, reconciled(explained=[apart("15.00"), apart("9.00", "EUR")]), "USD", Record())
    assert (facts["amount_source"], facts["amount_company"]) == ("30.00", "30.00")
    assert (facts["documents"], facts["accounted"], facts["by_state"], facts["orders"]) == (1, 1, {"APPLIED": 1}, 2)
    assert good(facts)


def test_where_the_player_knows_what_it_sold_that_is_the_source():
    ended = [Ending(document("1", amount=D("30.01")), State.APPLIED, "")]
    facts = facts_of(ended, reconciled(), "USD", Record())
    assert facts["amount_source"] == "30.01"
    assert not good(facts)


@pytest.mark.parametrize(
    "flaw",
    [
        {"count": 1},
        {"in_flight": [apart("1.00")]},
        {"explained": [apart("14.99")]},
    ],
)
def test_what_makes_a_bad_ending(flaw):
    ended = [Ending(document("1"), State.APPLIED, "")]
    whole = {"explained": [apart("15.00")]}
    assert good(facts_of(ended, reconciled(**whole), "USD", Record()))
    assert not good(facts_of(ended, reconciled(**(whole | flaw)), "USD", Record()))


@pytest.mark.parametrize("ending", [Ending(document("1"), None, ""), Ending(document("1"), State.HELD, "wrong")])
def test_something_missing_or_not_as_meant_is_a_bad_ending(ending):
    facts = facts_of([ending], reconciled(explained=[apart("15.00")]), "USD", Record())
    assert not good(facts)
    assert facts["unexpected"][0]["key"] == "1"
