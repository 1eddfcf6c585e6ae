from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sandbox.shop.refusal import ShopError
from tandem.sandbox.shop.wire import instant, kept_dates, read_moment, shown, stamp
from tandem.values import dumps, loads

CHICAGO = ZoneInfo("America/Chicago")
moments = st.integers(946_684_800_000, 2_051_222_400_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))


@settings(deadline=None)
@given(moments)
def test_a_kept_moment_is_one_instant_and_sorts_as_time_does(moment) -> None:
    kept = stamp(moment, CHICAGO)
    assert read_moment(kept, CHICAGO, "f") == moment.replace(microsecond=0)
    assert instant(kept) == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_only_date_times_lose_their_offset() -> None:
    kept = dumps(
        {"orderDate": "2026-03-02T10:11:12-06:00", "note": 'said "orderDate":"2026-03-02T10:11:12-06:00"',
         "payments": [{"processedAt": "2026-03-02T10:11:12+00:00"}], "cancelledAt": None}
    )  # fmt: skip
    bare = loads(shown(kept, offset=False))
    assert bare["orderDate"] == bare["payments"][0]["processedAt"] == "2026-03-02T10:11:12"
    assert bare["note"] == 'said "orderDate":"2026-03-02T10:11:12-06:00"'
    assert bare["cancelledAt"] is None
    assert shown(kept, offset=True) == kept


def test_the_hour_that_comes_twice_is_read_generously() -> None:
    early = read_moment("2025-11-02T01:30:00", CHICAGO, "f")
    late = read_moment("2025-11-02T01:30:00", CHICAGO, "f", later=True)
    assert (early.hour, late.hour) == (6, 7)
    assert read_moment("2025-11-02T01:30:00Z", CHICAGO, "f").hour == 1


@pytest.mark.parametrize("text", ["soon", "", None, 7])
def test_what_is_no_date_time_is_named(text) -> None:
    with pytest.raises(ShopError, match=r"orderDate: .* is no ISO 8601"):
        read_moment(text, CHICAGO, "orderDate")


def test_dates_from_outside_are_kept_with_their_offset() -> None:
    given = {"orderDate": "2026-03-02T16:11:12Z", "payments": [{"processedAt": None}], "tags": {"sentAt": "x"}}
    assert kept_dates(given, CHICAGO) == given | {"orderDate": "2026-03-02T10:11:12-06:00"}
    with pytest.raises(ShopError) as caught:
        kept_dates({"payments": [{"processedAt": "x"}]}, CHICAGO)
    assert caught.value.field == "payments[0].processedAt"
