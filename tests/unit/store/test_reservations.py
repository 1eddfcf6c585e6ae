"""Two drains that make the same thing at the same moment: one of them may."""

import threading
from datetime import timedelta

from tandem.store import Store
from tests.unit.store.conftest import Desk


def take(desk: Desk, owner: str, *values: str, seconds: float = 60) -> set[str]:
    until = desk.now + timedelta(seconds=seconds)
    return desk.store.reservations.take("main", "customer", dict.fromkeys(values, owner), now=desk.now, until=until)


def test_a_value_is_in_one_hand_until_it_is_given_back_or_runs_out(desk: Desk) -> None:
    assert take(desk, "a", "x", "y") == {"x", "y"}
    assert take(desk, "b", "y", "z") == {"z"}
    assert take(desk, "a", "x") == {"x"}, "one's own may be taken again"
    desk.store.reservations.free("main", "customer", {"x": "a", "z": "a"})
    assert take(desk, "b", "x") == {"x"}
    assert take(desk, "a", "z") == set(), "nobody gives back what is another's"
    desk.later(seconds=61)
    assert take(desk, "a", "x", "y", "z") == {"x", "y", "z"}
    assert take(desk, "a") == set()


def test_other_entities_and_connections_are_other_values(desk: Desk) -> None:
    assert take(desk, "a", "x") == {"x"}
    until = desk.now + timedelta(seconds=60)
    for connection, entity in (("other", "customer"), ("main", "product")):
        assert desk.store.reservations.take(connection, entity, {"x": "b"}, now=desk.now, until=until) == {"x"}


def test_of_many_that_reach_at_once_each_value_goes_to_one(desk: Desk) -> None:
    values = [f"v{n}" for n in range(20)]
    stores = {f"drain {n}": Store.open(desk.url) for n in range(4)}
    barrier, got = threading.Barrier(4), dict[str, set[str]]()

    def reach(owner: str, store: Store) -> None:
        barrier.wait()
        until = desk.now + timedelta(seconds=60)
        wanted = dict.fromkeys(values, owner)
        got[owner] = store.reservations.take("main", "customer", wanted, now=desk.now, until=until)

    threads = [threading.Thread(target=reach, args=pair) for pair in stores.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores.values():
        store.close()
    assert sorted(value for taken in got.values() for value in taken) == sorted(values)
