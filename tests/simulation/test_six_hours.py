"""Row 40 on virtual time."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tandem.store.desk import alerts
from tests.simulation.invariants import rows
from tests.simulation.six_hours import AWAY, BACK, CUSTOMERS, ORDERS, SLOW, SixHours
from tests.simulation.systems import Systems
from tests.simulation.virtual import EPOCH


@pytest.fixture(scope="module")
def systems() -> Iterator[Systems]:
    made = Systems()
    yield made
    made.close()


@pytest.fixture(scope="module", params=[(1, {}), (2, {}), (3, SLOW), (5, SLOW)], ids=["1", "2", "3-slow", "5-slow"])
def world(request: pytest.FixtureRequest, systems: Systems) -> SixHours:
    seed, settings = request.param
    lived = SixHours(seed, systems, settings)
    lived.run()
    return lived


def test_case_040_nothing_is_lost_or_doubled_and_no_cent_is_off(world: SixHours) -> None:
    assert world.result.failures == []
    assert len(world.people.sales) == len(world.effects.entered) == ORDERS


def test_case_040_each_customers_orders_come_out_the_oldest_first(world: SixHours) -> None:
    assert len(world.placed) == CUSTOMERS
    assert world.entered == world.placed


def test_case_040_one_alert_within_a_quarter_of_an_hour_and_one_word_at_the_end(world: SixHours) -> None:
    told = rows(world, sa.select(alerts.c.title, alerts.c.count, alerts.c.created_at).order_by(alerts.c.id))
    about = [(row["title"], row["count"]) for row in told if "Sage Pro" in row["title"]]
    assert about == [("Sage Pro is away", 1), ("Sage Pro is back", 1)]
    first, last = ((row["created_at"] - EPOCH).total_seconds() for row in told if "Sage Pro" in row["title"])
    assert AWAY < first <= AWAY + 900
    assert BACK < last <= BACK + 900


def test_case_040_what_waited_goes_out_within_the_configured_rate(world: SixHours) -> None:
    rate = world.settings.sagepro_rate
    assert rate
    for seconds in (1.0, 5.0, 30.0):
        assert world.busiest(seconds) <= rate * (seconds + 0.1) + rate, seconds
