"""Several drains on one inbox: no key in two hands, the events of a key in order, nothing left, nobody starved."""

import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tandem.entities.cargo import Cargo, Message
from tandem.entities.declaration import System
from tandem.entities.state import Outcome, State
from tandem.store import Store
from tests.unit.store.conftest import Desk, applied

DRAINS = 4
KEYS = 300
BUSY = 20
"""Keys that have this many events, which come while the drains are at it."""


@dataclass
class Hands:
    """Who holds what, as the drains themselves see it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    held: dict[str, str] = field(default_factory=dict)
    seen: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    settled: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, owner: str, messages: list[Message]) -> None:
        with self.lock:
            for message in messages:
                assert message.key not in self.held, f"{message.key} is in two hands"
                self.held[message.key] = owner

    def done(self, owner: str, messages: list[Message]) -> None:
        with self.lock:
            for message in messages:
                self.seen[message.key].extend(message.ids)
            self.settled[owner] += len(messages)

    def let_go(self, messages: list[Message]) -> None:
        with self.lock:
            for message in messages:
                del self.held[message.key]


def work(desk: Desk, store: Store, owner: str, hands: Hands, fed: threading.Event) -> None:
    """A drain that sometimes gives back and sometimes retries, until all has been fed and nothing is left."""
    chance = random.Random(owner)
    while True:
        last = fed.is_set()
        messages = store.inbox.claim(
            "main", "order", System.CLARITY, limit=25, owner=owner, lease_seconds=600, now=desk.now
        )
        if not messages:
            if last and not store.inbox.waiting("main", "order", now=desk.now, at_most=1):
                return
            continue
        hands.take(owner, messages)
        back = [m for m in messages if chance.random() < 0.1]
        kept = [m for m in messages if m not in back]
        again = Outcome(state=State.RETRY, retry_at=desk.now)
        cargo = [Cargo(message=m, outcome=again if chance.random() < 0.1 else applied(m.key)) for m in kept]
        through = [c.message for c in cargo if c.outcome and c.outcome.state is State.APPLIED]
        hands.done(owner, through)
        hands.let_go(messages)  # before the store does: whoever takes it then, takes it rightly
        if back:
            store.inbox.release(owner, *(number for m in back for number in m.ids), now=desk.now)
        assert store.ledger.settle(cargo, owner, desk.now).lost == ()


def test_no_key_is_in_two_hands_and_the_events_of_each_come_in_order(desk: Desk) -> None:
    desk.put(*(f"k{n:03}" for n in range(KEYS)))
    later = [desk.event(f"k{n % BUSY:03}") for n in range(BUSY * 19)]
    random.Random(1).shuffle(later)
    hands, fed = Hands(), threading.Event()
    stores = [Store.open(desk.url) for _ in range(DRAINS + 1)]

    def feed() -> None:
        for start in range(0, len(later), 20):
            stores[-1].inbox.put(later[start : start + 20])
        fed.set()

    with ThreadPoolExecutor(DRAINS + 1) as pool:
        drains = [pool.submit(work, desk, stores[n], f"drain {n}", hands, fed) for n in range(DRAINS)]
        feeding = pool.submit(feed)
        for one in (*drains, feeding):
            one.result()
    for store in stores:
        store.close()
    assert sum(len(ids) for ids in hands.seen.values()) == KEYS + BUSY * 19, "each event settled once"
    assert all(ids == sorted(set(ids)) for ids in hands.seen.values()), "in order, none twice"
    assert desk.rows("SELECT count(*) FROM inbox WHERE settled_at IS NULL") == [(0,)]
    assert desk.rows("SELECT count(*) FROM queue") == [(0,)]
