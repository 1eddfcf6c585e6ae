from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tandem.entities import System
from tandem.entities.cargo import Cargo, Message
from tandem.entities.state import Outcome, State, held
from tandem.entities.takes import Need
from tandem.store.taking import Wanted
from tandem.store.whose import of
from tests.unit.store.conftest import Desk, applied, message

REST = [State.APPLIED, State.NOOP, State.STALE, State.SKIPPED]
GOES_ON = [State.HELD, State.DEAD, State.PARKED, State.RETRY, State.UNKNOWN]


def wants(quantity: Any = 2, sku: str = "POT", line: str = "1", location: str = "") -> Need:
    return Need(line=line, sku=sku, quantity=Decimal(quantity), location=location)


def taken(desk: Desk, sku: str = "POT", location: str = "MAIN") -> Decimal:
    return desk.store.demand.of("main", [(sku, location)])[sku, location]


def order(desk: Desk, *needs: Need, key: str = "1", version: str | None = "1") -> None:
    desk.put(key, needs=needs, version=version)


def settle(desk: Desk, state: State, key: str = "1", **cargo: Any) -> None:
    (claimed,) = desk.claim(keys=[key])
    target = "1001" if state in (State.APPLIED, State.NOOP) else None
    desk.settle([claimed], Outcome(state=state, reason="so", target=target), **{"version": claimed.version} | cargo)


def knows_stock(desk: Desk, *keys: str) -> None:
    """Records of stock that were settled before."""
    desk.put(*keys, entity="stock", source=System.SAGEPRO, event_type="stock.updated")
    claimed = desk.claim(entity="stock", source=System.SAGEPRO)
    desk.settle(claimed, Outcome(state=State.APPLIED))


def told(desk: Desk) -> list[str]:
    """Keys of the stock that waits."""
    return sorted(m.key for m in desk.claim("teller", entity="stock", source=System.SAGEPRO))


def test_what_was_taken_stands_from_the_transaction_of_its_event(desk: Desk) -> None:
    order(desk, wants(2), wants(1, "CUP", "2"))
    order(desk, wants(3), key="2")
    pairs = [("pot", "MAIN"), ("CUP", "EAST"), ("PAN", "MAIN")]
    assert list(desk.store.demand.of("main", pairs).values()) == [5, 1, 0]
    assert desk.store.demand.of("another", [("POT", "MAIN")]) == {("POT", "MAIN"): 0}
    (whole,) = desk.store.demand.outstanding()
    assert (whole.entity, whole.records, whole.lines, whole.since) == ("order", 2, 3, desk.now)


def test_an_event_that_cannot_be_stored_takes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_given: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("tandem.store.bulk.demanded", breaks)
    with pytest.raises(RuntimeError):
        order(desk, wants())
    assert desk.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert taken(desk) == 0


def test_the_same_event_takes_once(desk: Desk) -> None:
    event = desk.event(needs=(wants(),), version="1")
    desk.store.inbox.put([event, event])
    desk.store.inbox.put([event])
    assert taken(desk) == 2


def test_a_change_takes_the_place_of_what_was_and_keeps_its_age(desk: Desk) -> None:
    began = desk.now
    order(desk, wants(2), wants(1, "CUP", "2"))
    desk.later(minutes=5)
    order(desk, wants(5), version="2")
    assert (taken(desk), taken(desk, "CUP")) == (5, 0)
    assert desk.store.demand.outstanding()[0].since == began


def test_late_and_equal_versions_change_nothing(desk: Desk) -> None:
    order(desk, wants(5), version="10")
    order(desk, wants(2), version="9")
    order(desk, wants(7), version="10")
    assert taken(desk) == 5


def test_of_two_states_in_one_hand_the_newer_counts(desk: Desk) -> None:
    events = [desk.event(needs=(wants(n),), version=str(n)) for n in (3, 2)]
    desk.store.inbox.put(events)
    assert taken(desk) == 3


def test_a_thin_event_leaves_what_stands(desk: Desk) -> None:
    order(desk, wants(5))
    desk.put("1", version="2")
    assert taken(desk) == 5


@pytest.mark.parametrize("state", REST)
def test_what_came_to_rest_takes_nothing_any_more(desk: Desk, state: State) -> None:
    order(desk, wants())
    settle(desk, state)
    assert taken(desk) == 0
    assert desk.store.demand.strays() == []


@pytest.mark.parametrize("state", GOES_ON)
def test_what_is_not_at_rest_stays_sold(desk: Desk, state: State) -> None:
    order(desk, wants())
    settle(desk, state)
    assert taken(desk) == 2
    assert desk.store.demand.strays() == []


def test_what_a_person_gives_up_is_free_and_stays_so(desk: Desk) -> None:
    knows_stock(desk, "POT|MAIN", "POT|EAST", "POTATO|MAIN")
    order(desk, wants())
    settle(desk, State.HELD)
    (letter,) = desk.store.letters.list()
    desk.store.letters.give_up(letter.id, "never paid", "ann", desk.now)
    assert taken(desk) == 0
    assert told(desk) == ["POT|EAST", "POT|MAIN"]
    order(desk, wants(), version="1")
    assert taken(desk) == 0
    order(desk, wants(4), version="2")
    assert taken(desk) == 4


def test_what_is_given_up_while_newer_word_waits_is_freed_by_the_pass_that_takes_that(desk: Desk) -> None:
    order(desk, wants())
    settle(desk, State.HELD)
    order(desk, wants(6), version="2")
    (letter,) = desk.store.letters.list()
    desk.store.letters.give_up(letter.id, "never paid", "ann", desk.now)
    assert taken(desk) == 6
    settle(desk, State.APPLIED)
    assert (taken(desk), desk.store.demand.strays()) == (0, [])


def test_what_a_person_wrote_takes_the_place_of_what_the_source_said(desk: Desk) -> None:
    order(desk, wants(2))
    settle(desk, State.HELD)
    edited = replace(wanted(desk, message(), wants(5)), version=None)
    assert desk.store.demand.take([edited], desk.now) == 1
    assert taken(desk) == 5
    order(desk, wants(3), version="2")
    assert taken(desk) == 3


def test_an_echo_on_a_held_record_frees_nothing(desk: Desk) -> None:
    order(desk, wants())
    settle(desk, State.HELD)
    desk.put("1", version="1")
    settle(desk, State.NOOP)
    assert desk.record().state is State.HELD
    assert taken(desk) == 2


def test_what_arrived_meanwhile_is_not_freed_with_what_was_settled(desk: Desk) -> None:
    order(desk, wants(2), version="1")
    (claimed,) = desk.claim()
    order(desk, wants(6), version="2")
    desk.settle([claimed], applied(), version="1")
    assert taken(desk) == 6
    settle(desk, State.APPLIED)
    assert (taken(desk), desk.store.demand.strays()) == (0, [])


def test_what_arrived_meanwhile_and_was_read_along_is_freed(desk: Desk) -> None:
    order(desk, wants(2), version="1")
    (claimed,) = desk.claim()
    order(desk, wants(6), version="2")
    desk.settle([claimed], applied(), version="2")
    assert taken(desk) == 0


def test_a_lost_lease_frees_nothing(desk: Desk) -> None:
    order(desk, wants())
    (claimed,) = desk.claim("slow")
    desk.later(minutes=10)
    desk.claim("quick")
    assert desk.settle([claimed], applied(), owner="slow").lost
    assert taken(desk) == 2


def sold(desk: Desk, quantity: int) -> None:
    """Order 1 is in Sage Pro with this quantity."""
    order(desk, wants(quantity))
    lines = [{"LineReference": "1", "ItemCode": "POT", "Quantity": str(quantity)}]
    settle(desk, State.APPLIED, payload={"LineItems": lines}, payload_hash="h")


def test_an_order_that_is_there_and_unchanged_takes_nothing(desk: Desk) -> None:
    sold(desk, 3)
    order(desk, wants(3), version="1")
    order(desk, wants(3), version="2")
    assert taken(desk) == 0


def test_a_change_of_what_is_there_takes_what_is_there_not_yet(desk: Desk) -> None:
    sold(desk, 3)
    order(desk, wants(5), version="2")
    assert taken(desk) == 2
    settle(desk, State.HELD)
    assert taken(desk) == 2


def test_where_nobody_can_say_what_is_there_all_is_taken(desk: Desk) -> None:
    sold(desk, 3)
    order(desk, wants(4), version="2")
    settle(desk, State.UNKNOWN, payload={"LineItems": []}, payload_hash="i")
    order(desk, wants(5), version="3")
    assert taken(desk) == 5


def test_stock_that_is_freed_is_told_again_once_for_all_of_a_settlement(desk: Desk) -> None:
    knows_stock(desk, "POT|MAIN", "POT|EAST", "CUP|MAIN")
    order(desk, wants(1), key="1")
    order(desk, wants(1), key="2")
    assert told(desk) == []
    desk.settle(desk.claim(), applied())
    assert told(desk) == ["POT|EAST", "POT|MAIN"]
    assert desk.rows("SELECT count(*) FROM inbox WHERE event_type = 'stock.released'") == [(2,)]


def test_a_change_that_takes_less_tells_stock_again(desk: Desk) -> None:
    knows_stock(desk, "POT|MAIN")
    order(desk, wants(5))
    order(desk, wants(6), version="2")
    assert told(desk) == []
    order(desk, wants(2), version="3")
    assert told(desk) == ["POT|MAIN"]


def test_what_was_routed_counts_where_it_was_routed_to(desk: Desk) -> None:
    knows_stock(desk, "POT|EAST", "POT|MAIN")
    order(desk, wants(2))
    assert (taken(desk, location="MAIN"), taken(desk, location="EAST")) == (2, 2)
    settle(desk, State.DEAD, needs=(wants(2, location="EAST"),))
    assert (taken(desk, location="MAIN"), taken(desk, location="EAST")) == (0, 2)
    assert told(desk) == ["POT|EAST", "POT|MAIN"]


def wanted(desk: Desk, claimed: Message, *needs: Need, version: str = "1") -> Wanted:
    known = desk.store.ledger.known("main", "order", [claimed.key]).get(claimed.key)
    return Wanted(
        whose=of(claimed), source=claimed.source, version=version, needs=needs, at=desk.now, cause="read", known=known
    )


def test_a_record_that_came_thin_takes_when_it_is_read(desk: Desk) -> None:
    desk.put("1")
    (claimed,) = desk.claim()
    one = wanted(desk, claimed, wants(3))
    assert desk.store.demand.take([one], desk.now) == 1
    assert desk.store.demand.take([one], desk.now) == 0
    assert taken(desk) == 3


def test_a_record_that_is_read_in_a_newer_state_takes_that(desk: Desk) -> None:
    order(desk, wants(3), version="1")
    (claimed,) = desk.claim()
    assert desk.store.demand.take([wanted(desk, claimed, wants(3), version="1")], desk.now) == 0
    assert desk.store.demand.take([wanted(desk, claimed, wants(4), version="2")], desk.now) == 1
    assert taken(desk) == 4
    assert desk.store.demand.take([wanted(desk, claimed, version="3")], desk.now) == 1
    assert taken(desk) == 0


def test_a_stray_is_found(desk: Desk) -> None:
    order(desk, wants())
    settle(desk, State.APPLIED)
    stray = wanted(desk, message("1"), wants())
    desk.store.demand.take([replace(stray, version="9", known=None)], desk.now)
    (found,) = desk.store.demand.strays()
    assert (found.whose.key, found.sku, found.quantity, found.taken_at) == ("1", "POT", 2, desk.now)


def test_a_record_without_a_name_takes_nothing(desk: Desk) -> None:
    desk.store.inbox.put([desk.event(None, needs=(wants(),))])
    assert desk.store.demand.outstanding() == []


def test_many_orders_take_in_one_statement_and_go_in_one(desk: Desk) -> None:
    desk.store.inbox.put([desk.event(str(n), needs=(wants(), wants(1, "CUP", "2")), version="1") for n in range(300)])
    assert (taken(desk), taken(desk, "CUP")) == (600, 300)
    batch = [Cargo(message=one, outcome=applied(f"10{one.key}"), version="1") for one in desk.claim(limit=300)]
    desk.store.ledger.settle([*batch[:299]], "a", desk.now)
    desk.settle([batch[299].message], held("no"))
    assert (taken(desk), desk.store.demand.strays()) == (2, [])
