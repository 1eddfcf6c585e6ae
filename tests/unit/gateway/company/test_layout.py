"""The layout of a site: names and widths from its own schema, and a clear refusal where something must be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select, update

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.create import create_on
from tandem.gateway.company.engine import open_engine
from tandem.gateway.company.layout import Layout
from tandem.gateway.company.limits import scale_of, text_fault, width_of
from tandem.gateway.company.rows import fetch, insert_all
from tandem.gateway.company.spec import Kind
from tandem.gateway.company.tables import labelled

from .conftest import POLICY, raw
from .sites import older, with_own


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = open_engine("sqlite://")
    yield made
    made.dispose()


def opened(engine: Engine, layout: Layout) -> Company:
    create_on(engine, POLICY, layout=layout)
    return Company.on(engine, POLICY)


def test_the_embedded_company_is_read_as_it_was_made(company: Company) -> None:
    standard = Layout.standard()
    for name, shape in company.layout.tables.items():
        assert shape.present
        found = {c.name: (c.physical, c.kind, c.width, c.scale) for c in shape.columns.values()}
        made = {c.name: (c.physical, c.kind, c.width, c.scale) for c in standard.tables[name].columns.values()}
        unsized = (Kind.MEMO, Kind.DAY, Kind.FLAG, Kind.WHOLE)
        assert {n: v for n, v in found.items() if v[1] not in unsized} == {
            n: v for n, v in made.items() if v[1] not in unsized
        }
        assert found.keys() == made.keys()


def test_older_names_and_other_widths_are_found(engine: Engine) -> None:
    tables = opened(engine, older()).tables
    assert tables.arcust.c.addrstate.name == "state"
    assert tables.arcust.c.credlimit.name == "limit"
    assert tables.sotran.c.tranlineno.name == "lineno"
    assert tables.sotran.c.transeq.name == "seq"
    assert tables.somast.c.currhist.name == "current"
    assert tables.somast.c.defloc.name == "loctid"
    assert (width_of(tables.arcust, "custno"), width_of(tables.sotran, "item")) == (6, 15)
    assert "release" not in tables.somast.c
    fault = text_fault(tables.sotran, "item", "ItemCode", "X" * 16)
    assert fault is not None
    assert fault.message == "has 16 characters, the column holds 15"


def test_statements_use_the_names_of_the_site(engine: Engine) -> None:
    company = opened(engine, older())
    table = company.tables.sotran
    with company.write() as connection:
        insert_all(connection, table, [{"sono": "5", "tranlineno": 1, "transeq": "   1", "origqtyord": Decimal(3)}])
        connection.execute(update(table).where(table.c.tranlineno == 1).values(currhist="X"))
    plain = raw(engine).execute('SELECT sono, "lineno", seq, "current" FROM sotran').fetchall()
    assert plain == [("         5", 1, "   1", "X")]
    with company.read() as connection:
        (row,) = fetch(connection, select(*labelled(table)).where(table.c.tranlineno == 1), table)
    assert row["tranlineno"] == 1
    assert row["origqtyord"] == 0  # a column that this site lacks is blank


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [
        ("somast", "ordamt", "somast has no column ordamt"),
        ("arcust", "addrstate", "arcust has no column addrstate or state"),
        ("sotran", "tranlineno", "sotran has no column tranlineno or lineno"),
        ("sysdata", "pass2", "sysdata has no column pass2"),
    ],
)
def test_a_missing_mandatory_column_refuses_the_start_by_name(
    company: Company, table: str, column: str, told: str
) -> None:
    raw(company.engine).execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO gone")
    with pytest.raises(CompanyError, match=told):
        Company.on(company.engine, POLICY)


def test_all_that_is_missing_is_told_at_once(company: Company) -> None:
    raw(company.engine).executescript(
        "ALTER TABLE somast RENAME COLUMN ordamt TO gone; ALTER TABLE somast RENAME COLUMN shpamt TO lost;"
        "DROP TABLE icloct; DROP TABLE tdorder"
    )
    with pytest.raises(CompanyError) as refused:
        Company.on(company.engine, POLICY)
    told = str(refused.value)
    assert "somast has no column ordamt" in told
    assert "somast has no column shpamt" in told
    assert "table icloct (locations) is missing" in told
    assert "table tdorder is missing; `tandem company prepare`" in told


@pytest.mark.parametrize("declared", ["NUMERIC(12,2)", "REAL", "DECIMAL(12,2)", "FLOAT"])
def test_an_amount_that_sqlite_would_keep_as_a_float_refuses_the_start(company: Company, declared: str) -> None:
    driver = raw(company.engine)
    driver.execute("ALTER TABLE somast RENAME COLUMN ordamt TO gone")
    driver.execute(f"ALTER TABLE somast ADD COLUMN ordamt {declared} NOT NULL DEFAULT 0")
    with pytest.raises(CompanyError, match=r"somast\.ordamt is .*, which SQLite keeps as a float"):
        Company.on(company.engine, POLICY)


def test_a_text_column_of_another_type_refuses_the_start(company: Company) -> None:
    driver = raw(company.engine)
    driver.execute("ALTER TABLE somast RENAME COLUMN ponum TO gone")
    driver.execute("ALTER TABLE somast ADD COLUMN ponum INTEGER NOT NULL DEFAULT 0")
    with pytest.raises(CompanyError, match=r"somast\.ponum is INTEGER, but must hold text"):
        Company.on(company.engine, POLICY)


def test_an_optional_table_may_be_missing(company: Company) -> None:
    raw(company.engine).execute("DROP TABLE soship")
    tables = Company.on(company.engine, POLICY).tables
    assert not tables.has("soship")
    assert tables.has("soyshp")


def test_columns_of_the_sites_own_are_filled_and_never_read_unasked(engine: Engine) -> None:
    own = with_own("somast", [("websono", Kind.CHAR, 12), ("hot", Kind.EXACT, 9), ("picked", Kind.DAY, 0)])
    company = opened(engine, own)
    with company.write() as connection:
        insert_all(connection, company.tables.somast, [{"sono": "5"}])
    table = company.tables.somast
    assert raw(engine).execute("SELECT websono, hot, picked FROM somast").fetchall() == [("", "0.00", "")]
    assert "websono" in table.c
    assert "websono" not in [column.name for column in labelled(table)]
    assert [column.name for column in labelled(table, "sono websono")] == ["sono", "websono"]


def test_only_columns_of_the_sites_own_can_be_opened_to_callers(engine: Engine) -> None:
    company = opened(engine, with_own("somast", [("websono", Kind.CHAR, 12)]))
    opened_policy = replace(POLICY, custom_fields=frozenset({"somast.websono"}))
    assert Company.on(company.engine, opened_policy).policy == opened_policy
    for place in ("somast.ordamt", "somast.nothing", "nothing.at"):
        with pytest.raises(CompanyError, match=f"names {place}, which is no column of the site's own"):
            Company.on(company.engine, replace(POLICY, custom_fields=frozenset({place})))


def test_scales_come_from_the_schema_too(company: Company) -> None:
    driver = raw(company.engine)
    driver.execute("ALTER TABLE sotran RENAME COLUMN price TO gone")
    driver.execute("ALTER TABLE sotran ADD COLUMN price DECIMAL_TEXT(12,2) NOT NULL DEFAULT '0.00'")
    assert scale_of(Company.on(company.engine, POLICY).tables.sotran, "price") == 2
    assert scale_of(company.tables.sotran, "price") == 4
