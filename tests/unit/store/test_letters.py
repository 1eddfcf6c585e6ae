import pytest

from tandem.entities.cargo import APPROVED, Cargo
from tandem.entities.state import Fault, Outcome, State, dead, held, skipped
from tests.unit.store.conftest import START, Desk, applied, message

RECORD = {"orderId": "1", "orderNumber": "W-1", "email": "ann"}


def failed(desk: Desk, outcome: Outcome | None = None, **cargo: object) -> int:
    desk.through("1", outcome=outcome or held("name too long"), **{"record": RECORD, **cargo})
    (letter,) = desk.store.letters.list()
    return letter.id


def test_what_needs_a_person_opens_one_letter(desk: Desk) -> None:
    number = failed(desk, dead("unknown item", item="X"), payload={"ItemCode": "X"})
    letter = desk.store.letters.show(number)
    assert (letter.state, letter.reason, letter.fault) == (State.DEAD, "unknown item", Fault.DATA)
    assert (letter.key, letter.number, letter.attempts, letter.version) == ("1", "W-1", 1, 1)
    assert (letter.original, letter.payload, letter.document) == (RECORD, RECORD, {"ItemCode": "X"})
    assert (letter.detail, letter.opened_at, letter.closed_at) == ({"item": "X"}, START, None)
    assert desk.claim() == [], "a letter waits for a person, not for a timer"


def test_a_letter_that_returns_is_the_same_letter(desk: Desk) -> None:
    number = failed(desk)
    desk.later(hours=1)
    desk.through("1", outcome=dead("no such terms", fault=Fault.CONFIGURATION), record=RECORD)
    (letter,) = desk.store.letters.list()
    assert (letter.id, letter.reason, letter.version) == (number, "no such terms", 2)
    assert letter.opened_at == START
    assert [change.action for change in desk.store.letters.show(number).history] == ["returned"]


def test_a_record_that_changed_at_its_source_is_a_new_version(desk: Desk) -> None:
    number = failed(desk)
    changed = {**RECORD, "email": "bob"}
    desk.through("1", outcome=held("still too long"), record=changed)
    letter = desk.store.letters.show(number)
    assert (letter.original, letter.payload, letter.edited) == (RECORD, changed, False)
    (change,) = letter.history
    assert (change.action, change.who, change.before, change.after) == ("source-changed", "clarity", RECORD, changed)


def test_a_letter_closes_when_the_record_goes_through(desk: Desk) -> None:
    number = failed(desk)
    report = desk.through("1", outcome=applied())
    assert report.letters_closed == 1
    assert desk.store.letters.list() == []
    (letter,) = desk.store.letters.list(closed=True)
    assert (letter.id, letter.closed_how, letter.closed_at) == (number, "went through", desk.now)
    assert desk.through("2", outcome=applied()).letters_closed == 0


def test_a_new_fault_after_closing_opens_a_new_letter(desk: Desk) -> None:
    number = failed(desk)
    desk.through("1", outcome=skipped("test order"))
    desk.through("1", outcome=held("again"))
    first, second = desk.store.letters.list(closed=True)
    assert (first.id, first.closed_how, second.closed_at) == (number, "skipped", None)
    assert second.id != number


def test_case_046_a_second_press_of_replay_is_nothing(desk: Desk) -> None:
    number = failed(desk)
    assert desk.store.letters.replay([number], "pat", desk.now) == 1
    assert desk.store.letters.replay([number], "pat", desk.now) == 0
    (replayed,) = desk.claim()
    assert (len(replayed.ids), replayed.event_type, replayed.edited) == (1, "order.updated", None)
    assert replayed.attempts == 1, "a pass before this one is on record: the target is asked before a second write"
    assert desk.store.letters.replay([number, 999], "pat", desk.now) == 0
    desk.settle([replayed], applied())
    assert desk.store.letters.replay([number], "pat", desk.now) == 0
    assert desk.claim() == []


def test_a_letter_that_came_back_can_be_replayed_again(desk: Desk) -> None:
    number = failed(desk)
    for outcome in (held("still"), Outcome(state=State.NOOP), held("still")):
        assert desk.store.letters.replay([number], "pat", desk.now) == 1
        desk.settle(desk.claim(), outcome, record=RECORD)
    assert desk.store.letters.replay([number], "pat", desk.now) == 1
    history = desk.store.letters.show(number).history
    assert [change.action for change in history].count("replayed") == 4


def test_case_044_a_letter_replayed_after_the_cause_is_gone_applies_once(desk: Desk) -> None:
    number = failed(desk, dead("unknown item"))
    desk.later(days=1)
    assert desk.claim() == []
    desk.store.letters.replay([number], "pat", desk.now)
    desk.settle(desk.claim(), applied("1001"), record=RECORD)
    assert (desk.record().state, desk.record().target) == (State.APPLIED, "1001")
    assert desk.store.letters.list() == []
    assert [line.state for line in desk.store.ledger.history("main", "order", "1")] == [State.DEAD, State.APPLIED]


def test_case_047_an_edited_payload_is_a_new_version_and_the_original_stays(desk: Desk) -> None:
    number = failed(desk)
    first, second = {**RECORD, "email": "b"}, {**RECORD, "email": "c"}
    assert desk.store.letters.edit(number, first, "pat", desk.now) == 2
    desk.later(minutes=1)
    assert desk.store.letters.edit(number, second, "sam", desk.now) == 3
    letter = desk.store.letters.show(number)
    assert (letter.original, letter.payload, letter.edited, letter.version) == (RECORD, second, True, 3)
    assert [(c.version, c.who, c.at, c.before, c.after) for c in letter.history] == [
        (2, "pat", START, RECORD, first),
        (3, "sam", desk.now, first, second),
    ]
    assert desk.store.letters.replay([number], "sam", desk.now) == 1
    (replayed,) = desk.claim()
    assert replayed.edited == second
    desk.settle([replayed], held("still wrong"), record=second)
    letter = desk.store.letters.show(number)
    assert (letter.original, letter.payload, letter.edited) == (RECORD, second, True)


def test_an_edit_survives_an_event_that_comes_with_it(desk: Desk) -> None:
    number = failed(desk)
    desk.store.letters.edit(number, {"orderId": "1"}, "pat", desk.now)
    desk.store.letters.replay([number], "pat", desk.now)
    desk.later(seconds=1)
    desk.put("1")
    (replayed,) = desk.claim()
    assert (len(replayed.ids), replayed.edited) == (2, {"orderId": "1"})


def test_an_approval_survives_an_event_that_comes_with_it(desk: Desk) -> None:
    number = failed(desk)
    assert desk.store.letters.replay([number], "pat", desk.now, approve=True) == 1
    desk.later(seconds=1)
    desk.put("1")
    (approved,) = desk.claim()
    assert (len(approved.ids), approved.event_type) == (2, APPROVED)


def test_an_erasure_is_not_folded_away(desk: Desk) -> None:
    for event_type in ("customer.redacted", "customer.updated"):
        desk.put("c1", entity="customer", event_type=event_type)
        desk.later(seconds=1)
    assert desk.claim(entity="customer")[0].event_type == "customer.redacted"


def test_a_replay_does_not_sit_out_a_back_off(desk: Desk) -> None:
    number = failed(desk)
    desk.through("1", outcome=Outcome(state=State.RETRY, retry_at=START.replace(hour=23)))
    assert desk.claim() == []
    desk.store.letters.replay([number], "pat", desk.now)
    assert len(desk.claim()) == 1


def test_giving_up_says_why_and_ends_it(desk: Desk) -> None:
    number = failed(desk)
    desk.store.letters.give_up(number, "customer cancelled by phone", "pat", desk.now)
    record = desk.record()
    assert (record.state, record.reason) == (State.SKIPPED, "given up by pat: customer cancelled by phone")
    assert desk.store.letters.list() == []
    letter = desk.store.letters.show(number)
    assert (letter.closed_how, letter.history[-1].action) == ("given up: customer cancelled by phone", "given-up")
    assert desk.store.status(desk.now).counts == {"main": {"order": {State.SKIPPED: 1}}}
    with pytest.raises(KeyError, match=f"letter {number} is closed: given up"):
        desk.store.letters.give_up(number, "again", "pat", desk.now)
    with pytest.raises(KeyError, match="is closed"):
        desk.store.letters.edit(number, {}, "pat", desk.now)


def test_giving_up_needs_a_reason(desk: Desk) -> None:
    number = failed(desk)
    with pytest.raises(ValueError, match="needs a reason"):
        desk.store.letters.give_up(number, "  ", "pat", desk.now)
    assert desk.record().state == State.HELD


def test_a_letter_that_is_not_there_is_named(desk: Desk) -> None:
    for call in (
        lambda: desk.store.letters.show(7),
        lambda: desk.store.letters.edit(7, {}, "pat", desk.now),
        lambda: desk.store.letters.give_up(7, "why", "pat", desk.now),
    ):
        with pytest.raises(KeyError, match="there is no letter 7"):
            call()


def test_letters_are_filtered(desk: Desk) -> None:
    desk.through("1", outcome=held("a"))
    desk.through("2", outcome=dead("b", fault=Fault.CONFIGURATION))
    customer = message("c", entity="customer")
    desk.store.ledger.settle([Cargo(message=customer, outcome=held("c"))], "a", desk.now)

    def keys(**filters: object) -> list[str]:
        return [letter.key for letter in desk.store.letters.list(**filters)]  # type: ignore[arg-type]

    assert keys() == ["1", "2", "c"]
    assert keys(state=State.HELD) == ["1", "c"]
    assert keys(entity="customer") == ["c"]
    assert keys(fault=Fault.CONFIGURATION) == ["2"]
    assert keys(connection="other") == []
    assert keys(limit=1) == ["1"]
    assert keys(after=desk.store.letters.list(limit=1)[0].id) == ["2", "c"]


def test_the_event_stands_in_for_a_record_that_could_not_be_read(desk: Desk) -> None:
    desk.put("1", body={"orderId": "1", "thin": False})
    desk.settle(desk.claim(), dead("the shop has no such order"))
    assert desk.store.letters.list()[0].payload == {"orderId": "1", "thin": False}
