"""A model of the inbox beside the store: whatever drains do and however they die, both agree."""

import shutil
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from tandem.entities.cargo import Cargo, Message
from tandem.entities.state import COMES_BACK, Outcome, State, held
from tandem.store import Store
from tests.unit.store.conftest import Desk, applied

KEYS = st.sampled_from(["1", "2", "3", "4"])
OWNERS = st.sampled_from(["a", "b"])
LEASE = 60
TEMPLATE = Path(tempfile.gettempdir())


class InboxMachine(RuleBasedStateMachine):
    """Puts, claims, settles, releases, and lets leases run out."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(TEMPLATE, self.folder / "store.db")
        self.desk = Desk(Store.open(f"sqlite:///{self.folder / 'store.db'}"), "")
        self.open: defaultdict[str, int] = defaultdict(int)
        """Events of each key that nobody has settled."""
        self.holder: dict[str, str] = {}
        self.until: dict[str, object] = {}
        self.settled: set[int] = set()

    def teardown(self) -> None:
        self.desk.store.close()
        shutil.rmtree(self.folder)

    @initialize(keys=st.lists(KEYS, max_size=4))
    def begin(self, keys: list[str]) -> None:
        self.put(keys)

    @rule(keys=st.lists(KEYS, min_size=1, max_size=5))
    def put(self, keys: list[str]) -> None:
        self.desk.put(*keys)
        for key in keys:
            self.open[key] += 1

    @rule(target=claims, owner=OWNERS, limit=st.integers(1, 5))
    def claim(self, owner: str, limit: int) -> object:
        taken = self.desk.claim(owner, limit=limit)
        for message in taken:
            assert self._free(message.key), f"{message.key} was held by {self.holder[message.key]}"
            assert len(message.ids) == self.open[message.key], "all open events of a key come together"
            assert not self.settled.intersection(message.ids), "what was settled never comes again"
            self.holder[message.key] = owner
            self.until[message.key] = self.desk.now + timedelta(seconds=LEASE)
        return multiple(*((owner, message) for message in taken))

    @rule(
        claim=consumes(claims),
        outcome=st.sampled_from(
            [
                applied(),
                held("no"),
                Outcome(state=State.NOOP),
                Outcome(state=State.RETRY),
                Outcome(state=State.PARKED),
            ]
        ),
    )
    def settle(self, claim: tuple[str, Message], outcome: Outcome) -> None:
        owner, message = claim
        mine = self.holder.get(message.key) == owner and not self.settled.intersection(message.ids)
        report = self.desk.store.ledger.settle([Cargo(message=message, outcome=outcome)], owner, self.desk.now)
        if report.lost:
            assert not mine or self._free(message.key), "a lease that still runs is never lost"
            return
        assert mine, "a lease that was lost is never settled"
        del self.holder[message.key]
        if outcome.state not in COMES_BACK:
            self.open[message.key] -= len(message.ids)
            self.settled.update(message.ids)

    @rule(owner=OWNERS)
    def release(self, owner: str) -> None:
        self.desk.store.inbox.release(owner, now=self.desk.now)
        self.holder = {key: holder for key, holder in self.holder.items() if holder != owner}

    @rule(seconds=st.sampled_from([1, 30, LEASE, 400]))
    def wait(self, seconds: int) -> None:
        self.desk.later(seconds=seconds)

    @invariant()
    def the_same_is_open(self) -> None:
        counted = dict(self.desk.rows("SELECT key, count(*) FROM inbox WHERE settled_at IS NULL GROUP BY key"))
        assert counted == {key: n for key, n in self.open.items() if n}

    @invariant()
    def what_is_open_is_queued_and_nothing_else(self) -> None:
        queued = {key for (key,) in self.desk.rows("SELECT key FROM queue")}
        assert queued == {key for key, n in self.open.items() if n}

    @invariant()
    def the_tally_is_the_number_of_records(self) -> None:
        counts = self.desk.store.status(self.desk.now).counts.get("main", {}).get("order", {})
        assert counts == dict(self.desk.rows("SELECT state, count(*) FROM records GROUP BY state"))

    def _free(self, key: str) -> bool:
        return key not in self.holder or self.until[key] <= self.desk.now  # type: ignore[operator]


@pytest.fixture(autouse=True)
def template(sqlite_template: str) -> None:
    global TEMPLATE
    TEMPLATE = Path(sqlite_template)


TestInbox = InboxMachine.TestCase
TestInbox.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
