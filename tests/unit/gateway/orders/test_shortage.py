"""What orders want that is not there: one question for a whole batch."""

from decimal import Decimal

from sqlalchemy import event

from tandem.gateway.orders.shortage import shortages

from .conftest import Desk, line, order


def test_a_batch_costs_one_statement_and_the_oldest_order_is_served_first(desk: Desk) -> None:
    both = line("L1", "TEAPOT", "4"), line("L2", "CUP", "3")
    numbers = [made.sales_order_no for made in desk.entry.create_many([order(f"S-{n}", *both) for n in range(30)])]
    with desk.company.write() as connection:
        connection.exec_driver_sql("UPDATE iciloc SET lonhand = '0'")
        connection.exec_driver_sql("UPDATE iciloc SET lonhand = '113', lwoaloc = '2' WHERE trim(item) = 'TEAPOT'")
    statements: list[str] = []
    with desk.company.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        found = shortages(connection, desk.company, numbers)
    assert len(statements) == 1
    teapots_short = {number: [s.quantity for s in short if s.item_code == "TEAPOT"] for number, short in found.items()}
    assert teapots_short == {n: [] for n in numbers[:27]} | {numbers[27]: [Decimal(1)]} | {
        n: [Decimal(4)] for n in numbers[28:]
    }
    assert all([s.quantity for s in found[n] if s.item_code == "CUP"] == [3] for n in numbers)
