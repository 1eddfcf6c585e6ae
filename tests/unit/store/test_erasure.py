from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities.cargo import Cargo
from tandem.entities.state import State, held
from tandem.errors import SettingsError
from tandem.store.personal import anonymous, personal
from tandem.store.schema import metadata
from tests.unit.store.conftest import Desk, applied, message

ADDRESS = {"firstName": "MARK-first", "address1": "MARK-street", "country": "US", "phone": "MARK-555"}
ORDER = {
    "orderId": "1",
    "orderNumber": "W-1",
    "email": "MARK@x.com",
    "totalAmount": Decimal("12.50"),
    "currency": "USD",
    "shippingAddress": ADDRESS,
    "customFields": {"sku": "MARK-gift"},
    "lineItems": [{"lineId": "a", "sku": "ABC-1", "name": "MARK-engraved", "quantity": 2}],
}


class Seen:
    total, currency, customer_key = Decimal("12.50"), "USD", "c1"


def everything(desk: Desk) -> str:
    """All that the store holds, as text."""

    def read(tx: sa.Connection) -> str:
        return "\n".join(str(tx.execute(sa.select(table)).all()) for table in metadata.sorted_tables)

    return desk.store.database.read(read)


def customer(desk: Desk, key: str = "c1") -> None:
    record = {"customerId": key, "email": "MARK@x.com", "firstName": "MARK-first"}
    desk.put(key, entity="customer", event_type="customer.created", body=record)
    desk.settle(
        desk.claim(entity="customer"),
        applied("ANN01"),
        record=record,
        payload={"Company": "MARK", "CustomerNo": "ANN01"},
    )


def test_case_117_personal_data_goes_and_amounts_and_links_stay(desk: Desk) -> None:
    customer(desk)
    desk.put("1", body=ORDER)
    desk.settle(desk.claim(), applied(), record=ORDER, payload={"ShipToAddress": ADDRESS}, canonical=Seen())
    desk.put("2", body={**ORDER, "orderId": "2"})
    desk.settle(desk.claim(), held("ship_to.name 'MARK' is too long", name="MARK"), record=ORDER, canonical=Seen())
    (letter,) = desk.store.letters.list()
    desk.store.letters.edit(letter.id, {**ORDER, "note": "MARK"}, "pat", desk.now)
    desk.put("3", body=ORDER)
    assert "MARK" in everything(desk)

    assert desk.store.erase("main", "customer", "c1", desk.now) == 3
    desk.store.erase("main", "order", "3", desk.now)

    assert "MARK" not in everything(desk)
    assert desk.store.links.find("main", "customer", ["c1"]) == {"c1": "ANN01"}
    record = desk.record("1")
    assert (record.amount, record.currency, record.target, record.number) == (Decimal("12.50"), "USD", "1001", "W-1")
    assert desk.store.ledger.history("main", "order", "1")[0].amount == Decimal("12.50")
    letter = desk.store.letters.show(letter.id)
    assert letter.original is not None
    assert letter.original["lineItems"] == [{"lineId": "a", "sku": "ABC-1", "name": "", "quantity": 2}]
    assert (letter.original["totalAmount"], letter.original["email"]) == (Decimal("12.50"), "")


def test_case_117_a_replay_still_works_and_reads_the_source_again(desk: Desk) -> None:
    desk.put("1", body=ORDER)
    desk.settle(desk.claim(), held("MARK"), record=ORDER)
    (letter,) = desk.store.letters.list()
    desk.store.letters.edit(letter.id, {**ORDER, "note": "MARK"}, "pat", desk.now)
    desk.store.erase("main", "order", "1", desk.now)
    assert desk.store.letters.replay([letter.id], "pat", desk.now) == 1
    (replayed,) = desk.claim()
    assert (replayed.key, replayed.edited, replayed.body) == ("1", None, None)
    desk.settle([replayed], applied())
    assert desk.record("1").state == State.APPLIED


def test_case_117_a_guest_loses_the_address_that_was_its_key(desk: Desk) -> None:
    class Guest(Seen):
        customer_key = "guest:mark@x.com"

    guest = message(Guest.customer_key, entity="customer")
    desk.store.ledger.settle([Cargo(message=guest, outcome=applied("ANN01"))], "a", desk.now)
    desk.put("1", body=ORDER)
    desk.settle(desk.claim(), applied("1001"), record={}, canonical=Guest())
    assert desk.store.erase("main", "customer", Guest.customer_key, desk.now) == 2
    assert "mark@x.com" not in everything(desk).casefold()
    (erased,) = [r for r in desk.store.ledger.find("ANN01") if r.entity == "customer"]
    assert erased.key.startswith("erased:")
    assert desk.store.links.reverse("main", "customer", ["ANN01"]) == {"ANN01": erased.key}
    assert desk.store.erase("main", "customer", erased.key, desk.now) == 2, "its orders still hang on it"


def test_erasing_what_was_never_there_touches_nothing(desk: Desk) -> None:
    customer(desk)
    assert desk.store.erase("main", "customer", "nobody", desk.now) == 1
    assert "MARK" in everything(desk)
    with pytest.raises(SettingsError, match="knows no connection 'west'"):
        desk.store.erase("west", "customer", "c1", desk.now)


def test_nothing_is_left_in_the_files_of_sqlite(desk: Desk, tmp_path: Path) -> None:
    if not desk.url.startswith("sqlite"):
        pytest.skip("PostgreSQL vacuums by itself")
    customer(desk)
    desk.store.erase("main", "customer", "c1", desk.now)
    for file in tmp_path.glob("store.db*"):
        assert b"MARK" not in file.read_bytes(), file


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "orderId", "x", "status"]), inner),
    )
)
def test_what_is_left_has_the_same_shape_and_the_same_numbers(document: object) -> None:
    left = anonymous(document)
    assert anonymous(left) == left
    assert _skeleton(left) == _skeleton(document)


def _skeleton(value: object) -> object:
    if isinstance(value, dict):
        return {name: _skeleton(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_skeleton(inner) for inner in value]
    return "text" if isinstance(value, str) else value


def test_an_identifier_that_is_an_address_is_personal() -> None:
    assert anonymous({"externalCustomerId": "guest:a@b.c", "customerId": "17"}) == {
        "externalCustomerId": "",
        "customerId": "17",
    }
    assert personal("guest:a@b.c")
    assert not personal("17")
    assert not personal(None)
