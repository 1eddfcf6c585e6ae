"""A company with customers, stock and locations, and orders to enter into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import create_on
from tandem.gateway.company.engine import open_engine
from tandem.gateway.company.rows import insert_all
from tandem.gateway.models import Address, LineItemIn, SalesOrder, SalesOrderIn, SalesOrderUpdate
from tandem.gateway.orders.amounts import extended
from tandem.gateway.orders.change import OrderChange
from tandem.gateway.orders.entry import OrderEntry
from tandem.gateway.orders.read import OrderReader

POLICY = Policy("01", ZoneInfo("America/Chicago"))
START = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
ACME = {"company": "Acme", "address1": "1 Main St", "city": "Austin", "state": "TX", "postal_code": "78701"}


def raw(engine: Engine) -> sqlite3.Connection:
    """SQLite's own connection, to see what a plain reader sees."""
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def line(
    reference: str = "L1", item: str = "TEAPOT", quantity: str = "2", price: str = "19.90", **more: Any
) -> LineItemIn:
    """One line whose extended price is right; not judged yet, so that it may also be a bad one."""
    number, unit, discount = Decimal(quantity), Decimal(price), Decimal(more.get("discount_percent", 0))
    return LineItemIn.model_construct(
        **{
            "line_reference": reference,
            "item_code": item,
            "quantity": number,
            "unit_price": unit,
            "extended_price": extended(number, unit, discount),
            **more,
        }
    )


def order(external: str = "S-1", *lines: LineItemIn, model: type[SalesOrderIn] = SalesOrderIn, **more: Any) -> Any:
    """An order whose totals are right."""
    items = list(lines) or [line()]
    tax = sum((item.tax_amount for item in items), Decimal(0))
    given = {
        "external_order_id": external,
        "customer_no": "SMITH01",
        "order_date": date(2026, 3, 1),
        "ship_to_address": Address(**ACME),
        "tax_amount": tax,
        "total_amount": sum((item.extended_price for item in items), tax),
        **more,
    }
    made = model(line_items=[line()], **given)
    made.line_items = items
    return made


def change(external: str = "S-1", *lines: LineItemIn, **more: Any) -> Any:
    """The new state of an order."""
    return order(external, *lines, model=SalesOrderUpdate, **more)


@dataclass(slots=True)
class Desk:
    """A company and everybody who works on it; its clock moves when told."""

    company: Company
    now: datetime = START
    reader: OrderReader = field(init=False)
    entry: OrderEntry = field(init=False)
    changes: OrderChange = field(init=False)

    def __post_init__(self) -> None:
        self.company.clock = lambda: self.now
        self.reader = OrderReader(self.company)
        self.entry = OrderEntry(self.company, self.reader)
        self.changes = OrderChange(self.company, self.reader)

    def under(self, **policy: Any) -> Desk:
        """The same company under another policy."""
        changed = replace(self.company.policy, **policy)
        return Desk(Company(self.company.engine, self.company.tables, changed), self.now)

    def get(self, number: str) -> SalesOrder:
        with self.company.read() as connection:
            return self.reader.get(connection, number)

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a plain reader or writer of the file does."""
        driver = raw(self.company.engine)
        rows = driver.execute(statement, values).fetchall()
        driver.commit()
        return rows

    def value(self, statement: str, *values: Any) -> Any:
        ((found,),) = self.sql(statement, *values)
        return found

    def pick(self, number: str, line_no: int, quantity: str) -> None:
        """The warehouse takes goods from the shelf: to be shipped now."""
        self.sql("UPDATE sotran SET shipqty = ? WHERE sono = ? AND tranlineno = ?", quantity, number.rjust(10), line_no)

    def ship(self, number: str, line_no: int, quantity: str) -> None:
        """The warehouse ships: less is open, more is shipped, header and customer follow."""
        sono, moved = number.rjust(10), Decimal(quantity)
        ((was_open, was_shipped, price),) = self.sql(
            "SELECT qtyord, qtyshp, price FROM sotran WHERE sono = ? AND tranlineno = ?", sono, line_no
        )
        now_open = Decimal(was_open) - moved
        self.sql(
            "UPDATE sotran SET qtyord = ?, qtyshp = ?, shipqty = '0.0000', sostat = ? "
            "WHERE sono = ? AND tranlineno = ?",
            f"{now_open:.4f}",
            f"{Decimal(was_shipped) + moved:.4f}",
            "" if now_open else "C",
            sono,
            line_no,
        )
        self._close_if_done(sono, moved * Decimal(price))

    def _close_if_done(self, sono: str, value: Decimal) -> None:
        ((amount, shipped),) = self.sql("SELECT ordamt, shpamt FROM somast WHERE sono = ?", sono)
        rest = self.value("SELECT count(*) FROM sotran WHERE sono = ? AND sostat = ''", sono)
        stamp = self.company.stamp()
        self.sql(
            "UPDATE somast SET ordamt = ?, shpamt = ?, sostat = ?, lckuser = 'ANN', lckdate = ?, lcktime = ? "
            "WHERE sono = ?",
            f"{Decimal(amount) - value:.2f}",
            f"{Decimal(shipped) + value:.2f}",
            "" if rest else "C",
            stamp.day.isoformat(),
            stamp.clock,
            sono,
        )
        onorder = Decimal(self.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'"))
        self.sql("UPDATE arcust SET onorder = ? WHERE custno = 'SMITH01'", f"{onorder - value:.2f}")

    def count(self) -> dict[str, int]:
        """Rows of every table that an order touches."""
        names = ("somast", "sotran", "soaddr", "arcadr", "tdorder", "tdline", "tdaddr", "tdhist")
        return {name: self.value(f"SELECT count(*) FROM {name}") for name in names}


def stock_up(company: Company) -> None:
    """Customers, items and their stock."""
    tables, stamp = company.tables, company.stamp().added()
    customers: list[dict[str, Any]] = [
        {
            "custno": "SMITH01",
            "company": "Smith & Sons",
            "address1": "9 Elm St",
            "city": "Dallas",
            "addrstate": "TX",
            "zip": "75001",
            "country": "US",
            "pterms": "2% 10 Net 30",
            "pdisc": Decimal(2),
            "pdays": 10,
            "pnet": 30,
            "disc": Decimal("1.5"),
            "tax": Decimal("8.25"),
            "taxdist": "TX1",
            "salesmn": "JO",
            "terr": "S",
            "gllink": "WEB",
            "pricecode": "A",
            "onorder": Decimal("100.10"),
            "credlimit": Decimal(0),
        },
        {"custno": "JONES01", "company": "Jones", "credlimit": Decimal(500), "balance": Decimal(100)},
    ]
    amounts = ("pdisc", "pdays", "pnet", "disc", "tax", "onorder", "balance", "credlimit")
    blank = dict.fromkeys(customers[0], "") | dict.fromkeys(amounts, 0)
    items = {"TEAPOT": 1, "CUP": 1, "SPOON/S": 12, "lower-1": 1}
    with company.write() as connection:
        insert_all(connection, tables.arcust, [{**blank, **customer, **stamp} for customer in customers])
        insert_all(
            connection,
            tables.icitem,
            [
                {
                    "item": item,
                    "itmdesc": f"{item.title()} of china",
                    "itmclss": "TEA",
                    "stkcode": "Y",
                    "taxcode": "T",
                    "stdcost": Decimal(9),
                    "stkumid": "EA",
                    "sunmsid": "EA" if factor == 1 else "DOZ",
                    "sumfact": Decimal(factor),
                    **stamp,
                }
                for item, factor in items.items()
            ],
        )
        places = [(item, place) for item in items for place in (("MAIN", "EAST") if item != "CUP" else ("MAIN",))]
        insert_all(
            connection,
            tables.iciloc,
            [
                {"item": item, "loctid": at, "slsdcst": Decimal("8.1234"), "gllink": "INV", "lsoaloc": Decimal(1)}
                for item, at in places
            ],
        )
        insert_all(connection, tables.iciqty, [{"item": item, "loctid": at} for item, at in places])


@pytest.fixture(scope="session")
def made() -> Iterator[tuple[Company, sqlite3.Connection]]:
    engine = open_engine("sqlite://")
    create_on(engine, POLICY)
    company = Company.on(engine, POLICY, clock=lambda: START)
    stock_up(company)
    template = sqlite3.connect(":memory:")
    raw(engine).backup(template)
    yield company, template
    template.close()
    engine.dispose()


@pytest.fixture
def desk(made: tuple[Company, sqlite3.Connection]) -> Desk:
    company, template = made
    template.backup(raw(company.engine))
    return Desk(company)
