"""A hundred thousand item-locations: what a pass reads, and that it notices exactly what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tandem.gateway.company.company import Company
from tandem.gateway.watch.backlog import Backlog
from tandem.gateway.watch.kinds import KINDS
from tandem.gateway.watch.state import State
from tandem.gateway.watch.watcher import Rhythm, Watcher
from tandem.values import utc_now
from tests.bench.watcher import change, company_of

SIZE = 100_000
ROWS = SIZE + SIZE // 2 * 2 + SIZE // 20 * 3 + SIZE // 10 + 2 * 7
"""Stock, items (for stock and as products), order lines, customers, and the service items of every company twice."""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    made = company_of(tmp_path / "company01.db", SIZE)
    yield made
    made.close()


def test_a_pass_over_a_hundred_thousand_reads_and_notices_what_changed(company: Company, tmp_path: Path) -> None:
    state, backlog = State(tmp_path / "watch.db"), Backlog(utc_now)
    watcher = Watcher(company, KINDS, state, backlog, rhythm=Rhythm())
    watcher.start()
    figures = watcher.figures
    assert (figures.rows, figures.noticed) == (ROWS, 0)
    assert backlog.size == SIZE + SIZE // 2 + SIZE // 10 + 7

    for _ in range(100):
        watcher.look()
    assert figures.fast == 0, "nothing was committed: nothing was read"

    changed = {change(company, number, SIZE) for number in range(20)}
    watcher.look()
    assert (figures.noticed, len(changed)) == (20, 20)
    assert 40 <= figures.compared <= 47, "both places of the items that changed, and the services entered just before"

    with company.write() as connection:
        connection.execute(text("UPDATE iciloc SET lonordr = '9.0000' WHERE item LIKE 'ITEM-0411__'"))
    watcher.look()
    assert figures.noticed == 20, "it bore no stamp"
    list(watcher.full_pass())
    assert (figures.rows, figures.noticed) == (2 * ROWS, 20 + 200)

    for quantity in ("70.0000", "71.0000", "72.0000"):
        with company.write() as connection:
            where = "WHERE item BETWEEN 'ITEM-010000' AND 'ITEM-014999'"
            stamp = f"lckdate = '{utc_now():%Y-%m-%d}', lcktime = '23:59:59'"
            connection.execute(text(f"UPDATE iciloc SET lonhand = '{quantity}', {stamp} {where}"))
        watcher.look()
    again = {key for key in changed if "ITEM-010000" <= key < "ITEM-015000"}
    assert len(backlog) == 10_000 + 220 - len(again), "ten thousand records three times: one event each"
    watcher.close()
    state.close()
