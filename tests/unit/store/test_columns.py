from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.store import Cursor
from tandem.store.columns import Exact, Moment
from tests.unit.store.conftest import START, Desk, applied

MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4)
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
TIMES = st.builds(
    lambda away, zone: (START + away).astimezone(zone), st.timedeltas(timedelta(-9000), timedelta(9000)), ZONES
)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)


@SHARED
@given(amount=MONEY)
def test_money_comes_back_to_the_last_digit(desk: Desk, amount: Decimal) -> None:
    def there_and_back(tx: sa.Connection) -> Decimal:
        return tx.execute(sa.select(sa.bindparam("n", amount, type_=Exact()))).scalar_one()

    back = desk.store.database.read(there_and_back)
    assert back == amount
    assert back.as_tuple().exponent == amount.as_tuple().exponent


def test_money_is_kept_as_exact_text_or_number(desk: Desk) -> None:
    desk.through("1", outcome=applied(amount="0.1"))
    kind = "typeof(amount)" if desk.url.startswith("sqlite") else "pg_typeof(amount)::text"
    assert desk.rows(f"SELECT {kind} FROM records") in ([("text",)], [("numeric",)])


def test_a_float_is_refused_where_money_is_kept() -> None:
    dialect = sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="not an exact number"):
        Exact().process_bind_param(0.1, dialect)  # type: ignore[arg-type]


@SHARED
@given(first=TIMES, second=TIMES)
def test_times_come_back_in_utc_and_sort_as_times(desk: Desk, first: datetime, second: datetime) -> None:
    asked = sa.select(
        sa.bindparam("a", first, type_=Moment()),
        sa.bindparam("a", first, type_=Moment()) < sa.bindparam("b", second, type_=Moment()),
    )
    back, earlier = desk.store.database.read(lambda tx: tx.execute(asked).one())
    assert back == first
    assert back.tzinfo == UTC
    assert bool(earlier) == (first < second)


def test_a_time_of_another_zone_is_the_same_moment(desk: Desk) -> None:
    chicago = START.astimezone(timezone(timedelta(hours=-6)))
    desk.store.cursors.set("main", "x", Cursor(chicago))
    assert desk.store.cursors.get("main", "x") == Cursor(START)


def test_a_time_that_says_no_zone_is_refused(desk: Desk) -> None:
    with pytest.raises((ValueError, sa.exc.StatementError), match="has no offset"):
        desk.store.cursors.set("main", "x", Cursor(START.replace(tzinfo=None)))


def test_json_keeps_its_digits(desk: Desk) -> None:
    desk.put("1", body={"a": Decimal("12.50"), "b": Decimal("1E+2"), "c": 10**30, "d": "é東\u2028"})
    (message,) = desk.claim()
    assert (
        str(message.body)
        == "{'a': Decimal('12.50'), 'b': Decimal('1E+2'), 'c': 1000000000000000000000000000000, 'd': 'é東\\u2028'}"
    )
