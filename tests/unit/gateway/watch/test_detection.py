"""What the passes notice: stamped and not, within one second, gone, back again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all
from tandem.gateway.watch.kinds import KINDS
from tandem.gateway.watch.watcher import Rhythm

from .conftest import Scene, fill

CUP_MAIN = "item = 'CUP' AND loctid = 'MAIN'"


def test_what_is_there_at_first_is_remembered_and_not_told(scene: Scene) -> None:
    watching = scene.watch()
    assert watching.waiting() == []
    assert watching.look() == []
    assert watching.backlog.size == 4 + 9 + 0 + 0


def test_what_is_there_at_first_is_told_where_that_is_wanted(scene: Scene) -> None:
    scene.rhythm = Rhythm(announce=True)
    watching = scene.watch()
    assert [name for name in watching.waiting() if name.startswith("stock")] == [
        *("stock CUP|EAST", "stock CUP|MAIN", "stock POT|EAST", "stock POT|MAIN"),
    ]
    watching.told()
    assert scene.watch().waiting() == []


def test_a_stamped_change_is_noticed_by_the_fast_pass(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(3600)
    scene.stamped("iciloc", CUP_MAIN, lonhand="9.0000")
    assert watching.look() == ["stock CUP|MAIN"]
    watching.told()
    assert watching.look() == []
    assert watching.compare() == []


def test_a_change_without_a_stamp_is_noticed_by_the_full_pass_alone(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(3600)
    scene.sql(f"UPDATE iciloc SET lonhand = '4.0000' WHERE {CUP_MAIN}")
    assert watching.look() == []
    watching.watcher.figures.last_full_cpu = 0  # whatever it cost: its share of the time is over
    assert watching.watcher.full_due(), "a commit that bore no stamp brings the full pass forward"
    assert watching.compare() == ["stock CUP|MAIN"]


def test_a_change_with_a_stamp_from_long_ago_is_noticed_by_the_full_pass(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(3600)
    scene.sql(f"UPDATE iciloc SET lonhand = '4', lckdate = '2019-01-01', lcktime = '08:00:00' WHERE {CUP_MAIN}")
    assert watching.look() == []
    assert watching.compare() == ["stock CUP|MAIN"]


def test_two_changes_within_one_second_on_both_sides_of_a_pass(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    scene.stamped("iciloc", CUP_MAIN, lonhand="9.0000")
    assert watching.look() == ["stock CUP|MAIN"]
    first = watching.told()
    scene.stamped("iciloc", CUP_MAIN, lonhand="8.0000")
    scene.stamped("iciloc", "item = 'POT' AND loctid = 'EAST'", lonhand="2.0000")
    assert watching.look() == ["stock CUP|MAIN", "stock POT|EAST"]
    assert first[0] not in watching.told()


def test_two_changes_between_passes_are_one_event(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    for quantity in ("9.0000", "8.0000"):
        scene.tick()
        scene.stamped("iciloc", CUP_MAIN, lonhand=quantity)
    assert watching.look() == ["stock CUP|MAIN"]
    assert len(watching.told()) == 1


def test_a_stamp_alone_is_no_change(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    scene.stamped("iciloc", CUP_MAIN)
    scene.stamped("icitem", "item = 'CUP'", ionhand="77.0000", ilsale="2026-03-02")
    assert watching.look() == []


def test_a_row_that_is_gone_is_told_once(scene: Scene) -> None:
    watching = scene.watch()
    scene.sql(f"DELETE FROM iciloc WHERE {CUP_MAIN}")
    assert watching.compare() == ["stock CUP|MAIN"]
    watching.told()
    assert watching.compare() == []
    assert scene.watch().waiting() == []
    with scene.company.write() as connection:
        row = {"item": "CUP", "loctid": "MAIN", "lonhand": Decimal(10)}
        insert_all(connection, scene.company.tables.iciloc, [row])
    assert watching.compare() == ["stock CUP|MAIN"], "it is back"


def test_a_new_item_at_a_new_place(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(30)
    fill(scene.company, {"SPOON": 5})
    assert watching.look() == ["product SPOON", "stock SPOON|MAIN"]


@pytest.mark.parametrize("column", ["itemstat", "inactive", "sumfact"])
def test_what_blocks_or_repacks_an_item_wakes_its_stock_everywhere(scene: Scene, column: str) -> None:
    watching = scene.watch()
    scene.tick(30)
    scene.stamped("icitem", "item = 'CUP'", **{column: "2"})
    assert watching.look() == ["product CUP", "stock CUP|EAST", "stock CUP|MAIN"]


def test_a_price_wakes_the_product_alone(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(30)
    scene.stamped("icitem", "item = 'CUP'", price="6.5000")
    assert watching.look() == ["product CUP"]


def test_a_clock_that_is_behind_the_others_by_less_than_the_overlap(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(100)
    scene.stamped("iciloc", "item = 'POT' AND loctid = 'MAIN'", lonhand="1.0000")
    watching.look()
    watching.told()
    scene.tick(-8)
    scene.stamped("iciloc", CUP_MAIN, lonhand="1.0000")
    scene.tick(8)
    assert watching.look() == ["stock CUP|MAIN"]


def test_clocks_that_are_all_an_hour_slow(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(7200)
    for place in ("EAST", "MAIN"):
        scene.tick(-3600)
        scene.stamped("iciloc", f"item = 'CUP' AND loctid = '{place}'", lonhand="1.0000")
        scene.tick(3601)
        assert watching.look() == [f"stock CUP|{place}"]
        watching.told()


def test_a_stamp_of_tomorrow_does_not_blind_the_fast_pass(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(86_400)
    scene.stamped("iciloc", "item = 'POT' AND loctid = 'MAIN'", lonhand="1.0000")
    scene.tick(-86_300)
    watching.look()
    watching.told()
    scene.stamped("iciloc", CUP_MAIN, lonhand="1.0000")
    assert watching.look() == ["stock CUP|MAIN"]


def test_the_hour_that_comes_twice_in_autumn(scene: Scene) -> None:
    scene.now = datetime(2026, 11, 1, 6, 59, 50, tzinfo=UTC)  # 01:59:50 summer time in Chicago
    watching = scene.watch()
    scene.stamped("iciloc", "item = 'POT' AND loctid = 'MAIN'", lonhand="1.0000")
    watching.look()
    watching.told()
    scene.tick(20)  # 01:00:10 again
    scene.stamped("iciloc", CUP_MAIN, lonhand="1.0000")
    assert watching.look() == ["stock CUP|MAIN"]


def test_nothing_is_read_while_nothing_is_committed(scene: Scene) -> None:
    watching = scene.watch()
    watching.look()
    before = watching.watcher.figures.fast
    for _ in range(50):
        watching.look()
    assert watching.watcher.figures.fast == before
    assert not watching.watcher.full_due()


def test_a_kind_that_is_not_wanted_is_not_looked_at(scene: Scene) -> None:
    scene.kinds = tuple(kind for kind in KINDS if kind.name == "product")
    watching = scene.watch()
    scene.tick(30)
    scene.stamped("iciloc", CUP_MAIN, lonhand="1.0000")
    scene.stamped("icitem", "item = 'CUP'", price="6.5000")
    assert watching.look() == ["product CUP"]


def test_where_tables_know_no_transactions_a_full_pass_holds_nobody_up(scene: Scene) -> None:
    policy = replace(scene.company.policy, transactions=False)
    in_steps = Company.connect(str(scene.company.engine.url), policy, clock=lambda: scene.now)
    writer, scene.company = scene.company, in_steps
    watching = scene.watch()
    scene.company = writer
    passing = watching.watcher.full_pass()
    next(passing)
    scene.tick(60)
    scene.stamped("iciloc", CUP_MAIN, lonhand="9.0000")
    assert watching.look() == ["stock CUP|MAIN"]
    assert list(passing)
    assert watching.waiting() == ["stock CUP|MAIN"]
    in_steps.close()


def test_a_company_that_was_restored_is_told_apart(scene: Scene) -> None:
    watching = scene.watch()
    file = Path(str(scene.company.engine.url.database))
    file.rename(file.with_name("old.db"))
    with pytest.raises(CompanyError, match="is not the file that was opened"):
        watching.look()
    file.write_bytes(file.with_name("old.db").read_bytes())
    with pytest.raises(CompanyError, match="is not the file that was opened"):
        watching.look()
