"""A file of real sales: every sale is exactly one sales order, everything else has a state and a reason."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from .company_check import content_of, orders_in, sales_of, total_of
from .conftest import ROOT, Tandem, alive

SAMPLE = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536366,85123a,white hanging heart,1,2010-12-01 08:28:00,2.95,17850.0,EIRE
536366,POST,POSTAGE,3,2010-12-01 08:28:00,18.0,17850.0,EIRE
536370,22728,ALARM CLOCK,24,2010-12-01 08:45:00,3.75,12583.0,France
536378,C2,CARRIAGE,1,2010-12-01 09:37:00,50.0,14688.0,Channel Islands
536378,22386,JUMBO BAG,2880,2010-12-01 09:37:00,0.001,14688.0,Channel Islands
536380,22961,JAM MAKING SET,24,2010-12-01 09:41:00,1.45,17809.0,Unspecified
C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom
536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom
536544,21773,DECORATIVE ROSE,1,2010-12-01 14:32:00,2.51,,United Kingdom
536544,DOT,DOTCOM POSTAGE,1,2010-12-01 14:32:00,569.77,,United Kingdom
536544,gift_0001_20,GIFT VOUCHER £20.00,1,2010-12-01 14:32:00,16.67,,United Kingdom
536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom
A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom
"""


ZERO = Decimal(0)


@pytest.fixture(scope="module")
def sample(place):
    path = place / "sample.csv"
    path.write_text(SAMPLE)
    return path


@pytest.fixture(scope="module")
def played(place, sample):
    tandem = Tandem(place / "sample")
    facts = tandem.facts("demo", "--home", str(tandem.home), "--online-retail", str(sample))
    assert alive(tandem.home) == []
    return tandem, facts


def test_every_sale_is_exactly_one_sales_order(played, sample):
    _, facts = played
    sales = sales_of(sample)
    assert orders_in(Path(facts["company"])) == sales
    assert facts["orders"] == len(sales) == 7
    assert facts["by_state"] == {"APPLIED": 7, "SKIPPED": 3}
    assert facts["documents"] == facts["accounted"] == 10
    assert facts["differences"] == 0
    assert Decimal(facts["amount_source"]) == Decimal(facts["amount_company"]) == total_of(Path(facts["company"]))


def test_what_is_no_sale_is_found_by_its_number_with_its_reason(played):
    tandem, _ = played
    done = tandem.run("status", "--find", "C536379", TANDEM_HOME=str(tandem.home))
    assert "C536379: SKIPPED, event type return.created is not used" in done.stdout


def test_the_same_file_again_creates_nothing(played, sample):
    tandem, facts = played
    before = content_of(Path(facts["company"]))
    again = tandem.facts("demo", "--home", str(tandem.home), "--keep", "--online-retail", str(sample))
    assert again["warehouse"]["placed"] == 0
    assert again["warehouse"]["announced_again"] >= 10
    assert again["by_state"] == facts["by_state"]
    assert again["amount_company"] == facts["amount_company"]
    assert [row for row in content_of(Path(facts["company"])) if row not in set(before)] == []
    assert alive(tandem.home) == []


@pytest.fixture(scope="module")
def whole_file():
    path = Path(os.environ.get("TANDEM_TEST_RETAIL_FILE", ROOT.parent / "shared" / "data" / "online-retail-10k.csv"))
    if not path.exists():
        pytest.skip("TANDEM_TEST_RETAIL_FILE names no file of real sales")
    return path


def test_the_first_five_days_of_the_real_shop(place, whole_file):
    tandem = Tandem(place / "real")
    facts = tandem.facts("demo", "--home", str(tandem.home), "--online-retail", str(whole_file))
    sales = sales_of(whole_file)
    company = Path(facts["company"])
    assert orders_in(company) == sales
    assert facts["orders"] == len(sales)
    assert facts["documents"] == facts["accounted"]
    expected = sum(
        (quantity * price * count for lines in sales.values() for (_, quantity, price), count in lines.items())
    )
    assert Decimal(facts["amount_source"]) == Decimal(facts["amount_company"]) == total_of(company) == expected
    assert facts["differences"] == 0
    assert facts["seconds"] < 300
    assert alive(tandem.home) == []
