import pytest

from tandem.entities.state import State
from tandem.errors import SettingsError
from tests.unit.store.conftest import Desk, applied


def test_links_lead_both_ways(desk: Desk) -> None:
    assert desk.store.links.bind("main", "customer", {"1": "ANN01", "2": "BOB01"}, company="01") == 2
    assert desk.store.links.find("main", "customer", ["1", "2", "3"]) == {"1": "ANN01", "2": "BOB01"}
    assert desk.store.links.reverse("main", "customer", ["BOB01", "X"]) == {"BOB01": "2"}
    assert desk.store.links.find("main", "order", ["1"]) == {}
    assert desk.store.links.find("other", "customer", ["1"]) == {}
    assert desk.store.links.find("main", "customer", []) == {}


def test_several_keys_may_share_a_number_and_the_oldest_answers(desk: Desk) -> None:
    desk.store.links.bind("main", "customer", {"guest:ann@x.com": "ANN01"}, company="01")
    desk.store.links.bind("main", "customer", {"17": "ANN01"})
    assert desk.store.links.reverse("main", "customer", ["ANN01"]) == {"ANN01": "guest:ann@x.com"}


def test_binding_the_same_again_changes_nothing(desk: Desk) -> None:
    assert desk.store.links.bind("main", "order", {"1": "1001"}, company="01") == 1
    assert desk.store.links.bind("main", "order", {"1": "1001"}) == 0
    assert desk.store.links.bind("main", "order", {"1": "1002"}) == 1
    assert desk.store.links.find("main", "order", ["1"]) == {"1": "1002"}
    assert desk.store.links.bind("main", "order", {}) == 0


def test_case_118_what_an_operator_set_is_never_overwritten_automatically(desk: Desk) -> None:
    desk.through("1", outcome=applied("1001"))
    assert desk.store.links.bind("main", "order", {"1": "1555"}, origin="manual") == 1
    desk.through("1", outcome=applied("1002"))
    assert desk.store.links.bind("main", "order", {"1": "1003"}) == 0
    known = desk.store.ledger.known("main", "order", ["1"])["1"]
    assert (known.target, known.manual_link) == ("1555", True)
    assert desk.store.links.bind("main", "order", {"1": "1556"}, origin="manual") == 1
    assert desk.store.links.find("main", "order", ["1"]) == {"1": "1556"}


def test_case_118_an_operator_may_confirm_what_was_bound_automatically(desk: Desk) -> None:
    desk.through("1", outcome=applied("1001"))
    desk.store.links.bind("main", "order", {"1": "1001"}, origin="manual")
    assert desk.store.ledger.known("main", "order", ["1"])["1"].manual_link


def test_a_link_is_known_before_the_record_ever_came(desk: Desk) -> None:
    desk.store.links.bind("main", "customer", {"7": "OLD01"}, origin="manual", company="01")
    known = desk.store.ledger.known("main", "customer", ["7"])["7"]
    assert (known.state, known.target, known.manual_link) == (State.WAITING, "OLD01", True)


def test_the_first_link_of_a_connection_needs_its_company(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="knows no connection 'new'"):
        desk.store.links.bind("new", "order", {"1": "1"})


def test_more_keys_than_one_statement_takes_are_asked_for_in_several(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("links", "ledger", "whose", "unused"):
        monkeypatch.setattr(f"tandem.store.{module}.MOST", 3)
    pairs = {str(n): f"T{n}" for n in range(10)}
    assert desk.store.links.bind("main", "order", pairs, company="01") == 10
    assert desk.store.links.find("main", "order", pairs) == pairs
    desk.put(*pairs)
    assert desk.settle(desk.claim(), applied()).settled == 10
    assert {known.state for known in desk.store.ledger.known("main", "order", pairs).values()} == {State.APPLIED}
    assert desk.rows("SELECT count(*) FROM queue") == [(0,)]
