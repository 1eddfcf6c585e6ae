"""The SQL that a company on SQL Server gets: two databases, locked counters, its own names and types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.dialects.mssql.pymssql import MSDialect_pymssql
from sqlalchemy.schema import CreateTable

from tandem.gateway.company.company import Company
from tandem.gateway.company.engine import open_engine
from tandem.gateway.company.expressions import email_key, updated
from tandem.gateway.company.layout import Layout
from tandem.gateway.company.numbering import order_numbers
from tandem.gateway.company.rows import insert_all
from tandem.gateway.company.tables import Tables
from tandem.gateway.listing import Window
from tandem.gateway.models import SalesOrderIn
from tandem.gateway.orders.balances import allocate, lower_onorder
from tandem.gateway.orders.guarded import update_unpicked_line
from tandem.gateway.orders.listing import OrderQuery, page
from tandem.gateway.orders.masters import Masters
from tandem.gateway.orders.read import OrderReader

from .conftest import POLICY

DIALECT = MSDialect_pymssql()


class Result:
    """Answers whatever is asked in whichever way."""

    rowcount = 1

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def scalars(self) -> Result:
        return self

    def mappings(self) -> Result:
        return self

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def scalar_one(self) -> Any:
        return self._rows[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


class Server:
    """Takes statements down as SQL Server would get them."""

    dialect = DIALECT

    def __init__(self, *answers: list[Any]) -> None:
        self.statements: list[str] = []
        self._answers = list(answers)

    def execute(self, statement: Executable, parameters: Any = None) -> Result:
        names = list(parameters[0]) if isinstance(parameters, list) else None
        compiled = cast("Any", statement).compile(dialect=DIALECT, column_keys=names)
        self.statements.append(" ".join(str(compiled).split()))
        return Result(self._answers.pop(0) if self._answers else [])

    def scalars(self, statement: Executable) -> Result:
        return self.execute(statement)

    @property
    def connection(self) -> Connection:
        return cast("Connection", self)


@pytest.fixture(scope="module")
def company() -> Company:
    layout = Layout.standard(system_schema="PROSYS.dbo")
    clock = datetime(2026, 3, 2, 16, tzinfo=UTC)
    return Company(cast("Engine", None), Tables(layout), POLICY, lambda: clock)


def test_the_counter_is_locked_in_the_system_database_and_its_mirror_in_the_company(company: Company) -> None:
    server = Server([1000], [1000], ["1001"], [])
    assert order_numbers(company.tables, "01").take(server.connection, 1) == ["1002"]
    locked, mirror, used_open, used_old, moved, mirrored = server.statements
    assert locked.startswith(
        "SELECT [PROSYS].dbo.sysdata.int1 FROM [PROSYS].dbo.sysdata WITH (UPDLOCK, HOLDLOCK) WHERE"
    )
    assert mirror.startswith("SELECT sosysd.int1 FROM sosysd WITH (UPDLOCK, HOLDLOCK) WHERE")
    assert "FROM somast WHERE" in used_open
    assert "FROM soymst WHERE" in used_old
    assert moved.startswith("UPDATE [PROSYS].dbo.sysdata SET int1=")
    assert "[PROSYS].dbo.sysdata.int1 = " in moved.partition("WHERE")[2]  # it is still what was read
    assert mirrored.startswith("UPDATE sosysd SET int1=")


def test_system_tables_are_read_from_their_own_database(company: Company) -> None:
    order = SalesOrderIn.model_validate(
        {
            "ExternalOrderId": "S-1",
            "CustomerNo": "SMITH01",
            "OrderDate": "2026-03-01",
            "ShipToAddress": {},
            "LineItems": [{"LineReference": "a", "ItemCode": "CUP", "Quantity": 1, "UnitPrice": 1, "ExtendedPrice": 1}],
            "TaxAmount": 0,
            "TotalAmount": 1,
        }
    )
    item = {"item": "CUP", "itmdesc": "Cup", "stkcode": "Y"}
    server = Server(["CUP"], ["MAIN"], [item], ["USD"])
    Masters.read(server.connection, company, [order])
    read = " ".join(server.statements)
    assert "FROM [PROSYS].dbo.syccomp WHERE" in read
    assert "FROM arcust WITH (UPDLOCK) WHERE" in read
    assert "FROM iciloc WHERE" in read


def test_an_insert_fills_every_column_in_one_statement(company: Company) -> None:
    server = Server()
    insert_all(server.connection, company.tables.sotran, [{"sono": "1001", "qtyord": Decimal(1)}])
    (statement,) = server.statements
    names, _, values = statement.partition(" VALUES ")
    assert names.count(",") == len(company.tables.sotran.c) - 1
    assert "'0.0000'" in values
    assert "[lineno]" not in names


def test_lists_compare_stamps_as_sql_server_writes_them(company: Company) -> None:
    server = Server()
    since = datetime(2026, 3, 2, tzinfo=UTC)
    page(server.connection, OrderReader(company), OrderQuery(Window(10, since=since), status="partial"))
    (statement,) = server.statements
    assert statement.startswith("SELECT TOP ")
    assert (
        "(CASE WHEN somast.lckdate > '19000101' THEN CONVERT(CHAR(10), somast.lckdate, 120) + ' ' + somast.lcktime "
        "ELSE CONVERT(CHAR(10), somast.adddate, 120) + ' ' + somast.addtime END)"
    ) in statement
    assert "CAST(sotran.qtyshp AS FLOAT) !=" in statement


def test_rows_that_are_to_be_changed_are_read_under_a_lock(company: Company) -> None:
    stock = {"item": "CUP", "loctid": "MAIN", "lsoaloc": Decimal(1), "lckstat": ""}
    bins = {"item": "CUP", "loctid": "MAIN", "qstore": "", "qbin": "", "qserial": "", "qsoaloc": Decimal(1)}
    server = Server([stock], [bins], [], [], [Decimal(100)])
    allocate(server.connection, company, {("CUP", "MAIN"): Decimal(2)})
    lower_onorder(server.connection, company, "SMITH01", Decimal(5))
    reads = [statement for statement in server.statements if statement.startswith("SELECT")]
    assert len(reads) == 3
    assert all("WITH (UPDLOCK)" in statement for statement in reads)
    assert "UPDATE arcust SET onorder=" in server.statements[-1]


def test_a_guarded_update_carries_its_precondition(company: Company) -> None:
    server = Server()
    update_unpicked_line(server.connection, company.tables.sotran, "1001", 1, {"qtyord": Decimal(2)})
    (statement,) = server.statements
    assert "CAST(sotran.shipqty AS FLOAT) = " in statement
    assert "CAST(sotran.qtyshp AS FLOAT) = " in statement
    assert "coalesce(sotran.lckstat, " in statement


def test_money_char_and_dates_have_their_own_types(company: Company) -> None:
    made = str(CreateTable(company.tables.sotran).compile(dialect=DIALECT))
    for column in ("sono CHAR(10)", "extprice MONEY", "price MONEY", "qtyord NUMERIC(13, 4)", "ordate DATETIME"):
        assert column in made
    companion = str(CreateTable(company.tables.tdorder).compile(dialect=DIALECT))
    assert "extid NVARCHAR(64)" in companion


def test_stamps_of_a_table_with_entry_stamps_only_or_none(company: Company) -> None:
    assert str(updated(company.tables.icsysd).compile(dialect=DIALECT)) == "''"
    assert "LOWER(LTRIM(RTRIM(CAST(arcust.email AS VARCHAR(254)))))" in str(
        email_key(company.tables.arcust).compile(dialect=DIALECT)
    )


def test_the_driver_is_told_to_wait_ten_seconds_for_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Driver:
        def cursor(self) -> Driver:
            return self

        def execute(self, statement: str) -> None:
            told.append(statement)

        def close(self) -> None:
            """Nothing is open."""

    engine = open_engine("mssql+pymssql://user:secret@host/PRO01")
    for listener in engine.pool.dispatch.connect:
        if listener.__name__ == "_prepare":
            listener(Driver(), None)
    assert told == ["SET LOCK_TIMEOUT 10000; SET XACT_ABORT ON"]
