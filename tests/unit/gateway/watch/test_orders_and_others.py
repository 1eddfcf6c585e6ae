"""What else wakes a record: orders that want stock, lines that are gone, shipments, ship-tos."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import mssql

from tandem.gateway.company.rows import insert_all
from tandem.gateway.inventory.stock import Inventory

from .conftest import Scene

ORDER = "sono = '      2001'"


def test_an_order_typed_at_the_screen_wakes_the_stock_of_its_items(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    scene.order("2001", {("CUP", "MAIN"): 2, ("POT", "EAST"): 1})
    assert watching.look() == ["stock CUP|MAIN", "stock POT|EAST"]
    watching.told()
    assert watching.compare() == []


def test_a_line_that_goes_elsewhere_wakes_where_it_was_and_where_it_is(scene: Scene) -> None:
    scene.order("2001", {("CUP", "MAIN"): 2})
    watching = scene.watch()
    scene.tick(60)
    scene.sql(f"UPDATE sotran SET item = 'POT', loctid = 'EAST' WHERE {ORDER}")
    scene.stamped("somast", ORDER, ordamt="9.00")
    assert watching.look() == ["stock CUP|MAIN", "stock POT|EAST"]


def test_a_line_that_is_taken_out_wakes_its_stock_by_its_orders_stamp(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    scene.order("2001", {("CUP", "MAIN"): 2, ("POT", "EAST"): 1})
    watching.look()
    watching.told()
    scene.tick(60)
    scene.sql(f"DELETE FROM sotran WHERE {ORDER} AND item = 'CUP'")
    scene.stamped("somast", ORDER, ordamt="1.00")
    assert watching.look() == ["stock CUP|MAIN"]


def test_lines_written_after_their_header_was_seen(scene: Scene) -> None:
    """As where tables know no transactions: the header is stamped first."""
    watching = scene.watch()
    scene.tick(60)
    scene.order("2001", {})
    assert watching.look() == []
    tables, stamp = scene.company.tables, scene.company.stamp().added()
    scene.tick(2)
    with scene.company.write() as connection:
        line = {"sono": "2001", "tranlineno": 1, "item": "CUP", "loctid": "MAIN", "qtyord": 2, **stamp}
        insert_all(connection, tables.sotran, [line])
    assert watching.look() == ["stock CUP|MAIN"]


@pytest.mark.parametrize(
    "change", ["sostat = 'V'", "sotype = 'B'", "currhist = 'X'", "qtyord = '1.0000'", "loctid = 'EAST'"]
)
def test_whatever_changes_open_sales_in_the_stock_answer_wakes_it(scene: Scene, change: str) -> None:
    scene.order("2001", {("CUP", "MAIN"): 2})
    watching = scene.watch()
    before = answers(scene)
    scene.sql(f"UPDATE sotran SET {change} WHERE {ORDER}")
    after = answers(scene)
    assert watching.compare() == [f"stock {key}" for key in sorted(before) if before[key] != after[key]] != []


@pytest.mark.parametrize("column", ["lonhand", "lsoaloc", "lwoaloc", "lonordr"])
def test_whatever_changes_a_quantity_in_the_stock_answer_wakes_it(scene: Scene, column: str) -> None:
    watching = scene.watch()
    before = answers(scene)
    scene.sql(f"UPDATE iciloc SET {column} = '77.0000' WHERE item = 'CUP' AND loctid = 'MAIN'")
    after = answers(scene)
    assert watching.compare() == [f"stock {key}" for key in sorted(before) if before[key] != after[key]] != []


def answers(scene: Scene) -> dict[str, str]:
    """Entity tags of the gateway's stock answers by key."""
    inventory = Inventory(scene.company)
    with scene.company.read() as connection:
        return {stock.key: stock.e_tag for item in ("CUP", "POT") for stock in inventory.of_item(connection, item)}


def test_an_order_closed_without_a_stamp_is_found_by_the_full_pass(scene: Scene) -> None:
    scene.order("2001", {("CUP", "MAIN"): 2})
    watching = scene.watch()
    scene.sql(f"UPDATE sotran SET sostat = 'C' WHERE {ORDER}")
    assert watching.compare() == ["stock CUP|MAIN"]


def test_a_kit_that_is_on_orders_and_on_no_shelf_is_told_when_its_lines_change(scene: Scene) -> None:
    """Its parts, and how many of it the shop may sell, hang on them."""
    watching = scene.watch()
    scene.tick(60)
    scene.order("2001", {("KIT", "MAIN"): 2, ("NOTE", ""): 1})
    assert watching.look() == ["stock KIT|MAIN"], "what is wanted from no location is nobody's stock"
    watching.told()
    assert watching.compare() == []
    scene.tick(60)
    scene.sql(f"UPDATE sotran SET qtyord = '5.0000' WHERE {ORDER}")
    scene.stamped("somast", ORDER, ordamt="9.00")
    assert watching.look() == ["stock KIT|MAIN"]
    watching.told()
    scene.sql(f"UPDATE sotran SET sostat = 'C' WHERE {ORDER}")
    assert watching.compare() == ["stock KIT|MAIN"]
    watching.told()
    assert watching.compare() == []


def shipment(scene: Scene, shipno: str, quantity: int) -> None:
    row = {"sono": "2001", "shipno": shipno, "tranlineno": 1, "item": "CUP", "qtyship": quantity}
    with scene.company.write() as connection:
        insert_all(connection, scene.company.tables.soship, [{**row, **scene.company.stamp().added()}])


def test_a_shipment_is_created_then_updated_and_its_archiving_is_no_news(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    shipment(scene, "S1", 2)
    assert watching.look() == ["shipment S1"]
    changes = watching.taken()
    assert [change.created for change in changes] == [True]
    watching.settle(changes)
    scene.tick(60)
    scene.stamped("soship", "shipno = 'S1'", trackno="1Z")
    assert watching.look() == ["shipment S1"]
    changes = watching.taken()
    assert [change.created for change in changes] == [False]
    watching.settle(changes)
    scene.sql("DELETE FROM soship")
    assert watching.compare() == []
    assert scene.watch().backlog.size == watching.backlog.size


def test_a_new_ship_to_wakes_its_customer(scene: Scene) -> None:
    tables, stamp = scene.company.tables, scene.company.stamp().added()
    with scene.company.write() as connection:
        insert_all(connection, tables.arcust, [{"custno": "ANN", "company": "Ann", **stamp}])
    watching = scene.watch()
    scene.tick(60)
    scene.stamped("arcust", "custno = 'ANN'", balance="100.00", onorder="50.00")
    assert watching.look() == [], "what a customer owes moves with every sale"
    with scene.company.write() as connection:
        insert_all(connection, tables.arcadr, [{"custno": "ANN", "cshipno": "1", "city": "Reno", **stamp}])
    assert watching.compare() == ["customer ANN"]


def test_what_is_noticed_during_a_full_pass_is_not_taken_back_by_it(scene: Scene) -> None:
    watching = scene.watch()
    passing = watching.watcher.full_pass()
    next(passing)  # its moment is fixed from here on
    scene.tick(60)
    scene.stamped("iciloc", "item = 'CUP' AND loctid = 'MAIN'", lonhand="1.0000")
    scene.order("2001", {("POT", "EAST"): 1})
    assert watching.look() == ["stock CUP|MAIN", "stock POT|EAST"]
    watching.told()
    assert list(passing)
    assert watching.waiting() == []
    scene.tick(60)
    scene.sql(f"DELETE FROM sotran WHERE {ORDER}")
    scene.stamped("somast", ORDER, ordamt="0.00")
    assert watching.look() == ["stock POT|EAST"], "what an order wanted is still known"


def test_the_fast_pass_uses_indexes(scene: Scene) -> None:
    watching = scene.watch()
    scene.tick(60)
    scene.order("2001", {("CUP", "MAIN"): 2})
    seen: list[tuple[str, object]] = []
    event.listen(scene.company.engine, "before_cursor_execute", lambda _c, _k, sql, args, *_: seen.append((sql, args)))
    watching.look()
    reading = [(sql, args) for sql, args in seen if sql.startswith("SELECT")]
    assert len(reading) > 10
    with scene.company.engine.connect() as connection:
        for sql, args in reading:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", args)]
            assert all("USING" in step for step in plan if step.startswith(("SCAN", "SEARCH"))), (sql, plan)


def test_every_statement_can_be_written_for_sql_server(scene: Scene) -> None:
    seen: list[str] = []
    dialect = mssql.dialect()

    def note(_: object, element: object, *__: object) -> None:
        if hasattr(element, "compile") and "pragma" not in str(element).lower():
            seen.append(str(element.compile(dialect=dialect)))

    event.listen(scene.company.engine, "before_execute", note)
    watching = scene.watch()
    scene.tick(60)
    scene.order("2001", {("CUP", "MAIN"): 2})
    watching.look()
    assert len(seen) > 15
    assert not [sql for sql in seen if "||" in sql or "LIMIT" in sql]
