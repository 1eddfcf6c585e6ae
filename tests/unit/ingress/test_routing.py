from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.declaration import System
from tandem.ingress.routing import event_of
from tandem.settings import Settings
from tandem.store import Event
from tandem.store.intake import row_of
from tandem.values import dumps

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)


def routed(body: Any, system: System = System.CLARITY) -> Event:
    raw = body if isinstance(body, bytes) else dumps(body).encode()
    return event_of(raw, system=system, event_id="msg_1", settings=SETTINGS, now=NOW)


def test_an_event_names_its_record() -> None:
    data = {"orderId": "77", "orderNumber": "W-1", "version": 3, "totalAmount": 5}
    event = routed({"type": "order.created", "timestamp": "2026-03-02T08:59:00+01:00", "data": data})
    assert (event.entity, event.key, event.version, event.body) == ("order", "77", "3", data)
    assert (event.connection, event.company, event.source, event.event_id) == ("main", "01", System.CLARITY, "msg_1")
    assert (event.received_at, event.occurred_at) == (NOW, datetime(2026, 3, 2, 7, 59, tzinfo=UTC))


def test_a_thin_event_has_no_body() -> None:
    thin = {"orderId": "77", "version": 3, "updatedDate": "2026-03-02T08:59:00"}
    event = routed({"type": "order.updated", "data": thin})
    assert (event.key, event.version, event.body, event.occurred_at) == ("77", "3", None, None)


def test_the_gateway_has_its_own_field_names() -> None:
    data = {"ShipmentNo": "R100", "UpdatedAt": "2026-03-02T08:59:00Z", "Voided": False}
    event = routed({"type": "shipment.created", "data": data}, System.SAGEPRO)
    assert (event.entity, event.key, event.version) == ("shipment", "R100", "2026-03-02T08:59:00Z")
    assert routed({"type": "shipment.created", "data": data}).entity is None, "the shop makes no shipments"


@pytest.mark.parametrize(
    ("key", "expected"), [("77", "77"), (77, "77"), (" 77 ", "77"), ("", None), (None, None), (True, None), ({}, None)]
)
def test_a_key_is_a_text_or_a_number(key: Any, expected: str | None) -> None:
    assert routed({"type": "order.created", "data": {"orderId": key}}).key == expected


@pytest.mark.parametrize("data", [None, [], "77", 5])
def test_an_event_without_a_record_has_no_key(data: Any) -> None:
    event = routed({"type": "order.created", "data": data})
    assert (event.entity, event.key) == ("order", None)


@pytest.mark.parametrize("body", [b"webhook_id=15", b"", b"\xff", b"[" * 100_000, b"{" * 10, b"NaN", b"1" * 5000])
def test_case_015_what_is_not_json_is_a_ping(body: bytes) -> None:
    event = routed(body)
    assert (event.event_type, event.entity, event.body) == ("ping", None, None)


@pytest.mark.parametrize("body", [[], 5, "x", {}, {"type": 5}, {"type": ""}, {"data": {}}])
def test_case_016_json_without_a_type_is_of_no_type(body: Any) -> None:
    event = routed(body)
    assert (event.event_type, event.entity) == ("(none)", None)


@pytest.mark.parametrize("stamp", ["yesterday", "2026-03-02T08:59:00", 5, None, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_nobody_can_be_sure_of_is_left_out(stamp: Any) -> None:
    assert routed({"type": "order.created", "timestamp": stamp, "data": {"orderId": "1"}}).occurred_at is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(
    JSON | st.fixed_dictionaries({"type": st.sampled_from(["order.created", "customer.updated"]), "data": JSON}),
    st.sampled_from(list(System)),
)
def test_no_body_breaks_the_receiver(body: Any, system: System) -> None:
    row = row_of(routed(body, system))
    assert row["state"] in {"WAITING", "SKIPPED", "DEAD"}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_receiver(body: bytes) -> None:
    row_of(routed(body))
