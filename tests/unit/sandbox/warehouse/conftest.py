"""A company as the gateway makes it, and one order in it as the gateway's rules enter it."""

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.warehouse.books import Books, numbered
from tandem.sandbox.warehouse.office import NewItem, enter_customers, enter_items

D = Decimal
ONE = D(1)

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 2, 22, 30, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("company") / "company.db"
    create_company(f"sqlite:///{path}", Policy("01", CHICAGO))
    return path


@pytest.fixture
def path(made, tmp_path):
    path = tmp_path / "company01.db"
    shutil.copy(made, path)
    return path


@pytest.fixture
def books(path):
    books = Books(f"sqlite:///{path}", CHICAGO, clock=lambda: NOW)
    with books.open() as page:
        enter_items(
            page,
            [
                NewItem(item="LAMP", name="Lamp", price=D("12.50"), cost=D("5.1234"), stock=D(10)),
                NewItem(item="SHADE", name="Shade", price=D("3.3333"), stock=D(100)),
                NewItem(item="ADVICE", name="Advice", price=D("40.00"), stocked=False),
            ],
        )
        enter_customers(page, [{"custno": "SMITH01", "company": "Ann Smith", "email": "ann@example.com"}])
    yield books
    books.close()


@pytest.fixture
def enter(books):
    """Enters an order: lines are (item, quantity, price, stocked)."""

    def enter(sono, lines, *, release="Y", rate=ONE):
        with books.open() as page:
            total = D(0)
            rows = []
            for number, (item, quantity, price, stocked) in enumerate(lines, start=1):
                value = (D(quantity) * D(price)).quantize(D("0.01"))
                total += value
                rows.append(
                    {
                        "sono": numbered(sono),
                        "tranlineno": number,
                        "custno": "SMITH01",
                        "item": item,
                        "qtyord": D(quantity),
                        "origqtyord": D(quantity),
                        "tqtyord": D(quantity),
                        "price": D(price),
                        "extprice": value,
                        "origextpri": value,
                        "bextpri": value * rate,
                        "umfact": D(1),
                        "exchrat": rate,
                        "stkcode": "Y" if stocked else "N",
                        "loctid": "MAIN",
                    }
                )
            page.add("sotran", rows)
            header = {"sono": numbered(sono), "custno": "SMITH01", "release": release, "shipvia": "GROUND"}
            page.add("somast", [{**header, "ordamt": total, "bordamt": total * rate, "exchrat": rate}])
            before = page.one("arcust", custno="SMITH01")["onorder"]
            page.change("arcust", {"custno": "SMITH01"}, onorder=before + total)

    return enter
