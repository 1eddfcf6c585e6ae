"""Invoices and credit memos over HTTP: entered unposted, refused as a whole, read back as Sage Pro posts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tandem.gateway.app import create_app
from tandem.settings import Settings

from .conftest import client_of, faults, settings_of
from .finance import Books, entered, got, invoice, line, memo, order, receipt, split


@pytest.fixture
def books(settings: Settings) -> Books:
    return Books(settings.home / "company01.db")


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings_of(settings.home, sagepro_invoice_numbers="sysdata"))
    async with client_of(app) as client:
        await client.post("/customers", json={"Company": "Smith", "CustomerNo": "SMITH01", "PaymentTerms": "NET 30"})
        await client.post("/customers", json={"Company": "Jones", "CustomerNo": "JONES01"})
        yield client
    app.state.context.company.close()


@pytest.fixture
async def shipped(api: httpx.AsyncClient, books: Books) -> str:
    """An order of six cups, four of them shipped."""
    number: str = (await order(api))["SalesOrderNo"]
    books.ship(number, 1, "4.0000")
    return number


async def test_an_invoice_is_entered_unposted_with_its_distribution(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    made = await entered(api, "/invoices", invoice(shipped, PaymentTerms="NET 10", ReferenceNo="x" * 30))
    assert (made["InvoiceNo"], made["Status"], made["Posted"], made["Type"]) == ("1", "unposted", False, "invoice")
    assert (made["TotalAmount"], made["Balance"], made["PaidAmount"]) == ("13.66", "13.66", "0.00")
    assert (made["DueDate"], made["DiscountDate"]) == ("2026-03-13", None)
    assert made["ReferenceNo"] == "x" * 30
    assert [one["SalesOrderLine"] for one in made["LineItems"]] == [1, 2]
    assert made["ExternalOrderId"].startswith("W-")
    assert {(one["Kind"], one["Amount"]) for one in made["Distribution"]} == {
        ("receivable", "13.66"),
        ("revenue", "-13.00"),
        ("tax", "-0.66"),
    }
    assert books.sql("SELECT artype, arstat, trim(ornum), invamt, balance, bbal, refno FROM armast") == [
        ("", "", shipped, "13.66", "13.66", "13.66", "x" * 20)
    ]
    assert books.sql("SELECT trim(sono), item, qtyord, qtyshp, extprice FROM artran ORDER BY tranlineno") == [
        (shipped, "CUP-BLUE", "6.0000", "2.0000", "8.00"),
        (shipped, "FREIGHT", "1.0000", "1.0000", "5.00"),
    ]
    assert {row[0] for row in books.sql("SELECT arsess || glbatch FROM ardist")} == {""}
    assert books.balanced()
    assert books.value("SELECT balance FROM arcust WHERE custno = 'SMITH01'") == "0.00", "posting is Sage Pro's"
    assert await got(api, "/invoices/1") == made


async def test_the_counter_of_the_company_numbers_and_its_mirror_follows(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    books.sql("UPDATE sysdata SET int1 = 41 WHERE sysid = 'AR01'")
    books.sql("INSERT INTO armast (invno) VALUES ('        42')")
    books.sql("INSERT INTO arymst (invno) VALUES ('        43')")
    made = await entered(api, "/invoices", invoice(shipped))
    assert made["InvoiceNo"] == "44"
    assert books.sql("SELECT int1 FROM sysdata WHERE sysid = 'AR01'") == books.sql("SELECT int1 FROM arsysd") == [(44,)]


async def test_without_a_known_counter_no_invoice_is_entered(settings: Settings, books: Books) -> None:
    app = create_app(settings)
    async with client_of(app) as api:
        await api.post("/customers", json={"Company": "Smith", "CustomerNo": "SMITH01"})
        number = (await order(api))["SalesOrderNo"]
        books.ship(number, 1, "6.0000")
        answer = await api.post("/invoices", json=invoice(number))
        assert (answer.status_code, answer.json()["code"]) == (409, "numbering-unknown")
        assert "TANDEM_SAGEPRO_INVOICE_NUMBERS=sysdata" in answer.json()["detail"]
        assert await got(api, "/invoices") == {"Items": [], "NextCursor": None}
    app.state.context.company.close()


async def test_the_same_external_id_is_one_invoice(api: httpx.AsyncClient, books: Books, shipped: str) -> None:
    document = invoice(shipped)
    first = await api.post("/invoices", json=document, headers={"Idempotency-Key": "k"})
    again = await api.post("/invoices", json=document, headers={"Idempotency-Key": "k"})
    other = await api.post("/invoices", json=document, headers={"Idempotency-Key": "l"})
    assert (first.status_code, again.json(), again.headers["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (409, "duplicate-external-invoice")
    assert other.json()["existing"] == {"InvoiceNo": first.json()["InvoiceNo"]}
    assert books.value("SELECT count(*) FROM armast") == 1


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"Distribution": split(receivable="13.66", revenue="-13.65")}, "Distribution", "does-not-balance"),
        ({"Distribution": split(receivable="13.00", revenue="-13.00")}, "Distribution", "wrong-receivable"),
        ({"TotalAmount": "13.67"}, "TotalAmount", "does-not-add-up"),
        ({"TaxAmount": "0.65"}, "TaxAmount", "does-not-add-up"),
        ({"SalesOrderNo": "77"}, "SalesOrderNo", "unknown-order"),
        ({"CustomerNo": "NOBODY"}, "CustomerNo", "unknown-customer"),
        ({"CustomerNo": "JONES01"}, "CustomerNo", "another-customer"),
        ({"ShipmentNo": "S-9"}, "ShipmentNo", "unknown-shipment"),
        ({"AppliesToInvoiceNo": "1"}, "AppliesToInvoiceNo", "not-a-credit-memo"),
        ({"Currency": "EUR"}, "ExchangeRate", "rate-missing"),
        ({"Currency": "EUR", "ExchangeRate": "1.1"}, "Currency", "another-currency"),
        ({"InvoiceDate": "1850-01-01"}, "InvoiceDate", "date-out-of-range"),
        ({"Notes": "東京"}, "Notes", "not-in-code-page"),
    ],
)
async def test_what_cannot_be_is_refused_with_member_and_column(
    api: httpx.AsyncClient, books: Books, shipped: str, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await api.post("/invoices", json=invoice(shipped, **change))
    assert answer.status_code == 422, answer.text
    found = {(fault["field"], fault["code"]) for fault in answer.json()["errors"]}
    assert (field, code) in found
    assert all(fault["column"] for fault in answer.json()["errors"])
    tables = ("armast", "artran", "ardist", "tdinv", "tdinvl", "tddist")
    assert [books.value(f"SELECT count(*) FROM {name}") for name in tables] == [0] * 6
    assert books.value("SELECT int1 FROM sysdata WHERE sysid = 'AR01'") == 0


async def test_an_unknown_account_and_faulty_lines_are_all_named(api: httpx.AsyncClient, shipped: str) -> None:
    bad = invoice(
        shipped,
        line("a", "NIX", "1", "4.00001", "4.00"),
        line("a", "CUP-BLUE", "-1", "4.00", "4.00"),
        {**line("b", "CUP-BLUE", "1", "4.00", "4.00"), "SalesOrderLine": 9},
        line("c", "CUP-BLUE", "1", "4.00", "4.005"),
    )
    bad["Distribution"][1]["Account"] = "9999"
    wanted = {
        "Distribution[1].Account": "unknown-account",
        "LineItems[0].ItemCode": "unknown-item",
        "LineItems[0].UnitPrice": "too-many-decimals",
        "LineItems[1].LineReference": "duplicate-line",
        "LineItems[1].Quantity": "wrong-sign",
        "LineItems[2].SalesOrderLine": "unknown-order-line",
        "LineItems[3].SalesOrderLine": "line-missing",
        "LineItems[3].ExtendedPrice": "too-many-decimals",
    }
    found = faults(await api.post("/invoices", json=bad))
    assert {field: found.get(field) for field in wanted} == wanted


async def test_no_more_is_invoiced_than_was_shipped(api: httpx.AsyncClient, books: Books, shipped: str) -> None:
    three = [line("a", "CUP-BLUE", "3", "4.00", "12.00")]
    await entered(api, "/invoices", invoice(shipped, *three))
    answer = await api.post("/invoices", json=invoice(shipped, line("a", "CUP-BLUE", "2", "4.00", "8.00")))
    assert faults(answer) == {"LineItems[0].Quantity": "more-than-shipped"}
    assert "4.0000 of line 1 of the order are shipped and 3.0000 are invoiced" in answer.json()["errors"][0]["message"]
    split_line = [{**line(name, "CUP-BLUE", "1", "4.00", "4.00"), "SalesOrderLine": 1} for name in ("x", "y")]
    answer = await api.post("/invoices", json=invoice(shipped, *split_line))
    assert faults(answer) == {"LineItems[1].Quantity": "more-than-shipped"}
    freight = [line("f", "FREIGHT", "1", "5.00", "5.00")]
    await entered(api, "/invoices", invoice(shipped, *freight))
    assert faults(await api.post("/invoices", json=invoice(shipped, *freight))) == {
        "LineItems[0].Quantity": "more-than-shipped"
    }
    books.sql("UPDATE armast SET arstat = 'V' WHERE trim(invno) = '1'")
    await entered(api, "/invoices", invoice(shipped, line("a", "CUP-BLUE", "4", "4.00", "16.00")))


async def test_what_the_bookkeeper_invoiced_at_the_screens_counts_open_and_in_history(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    insert = "INSERT INTO {0} (invno, tranlineno, sono, item, qtyshp) VALUES ('{1:>10}', 1, '{2:>10}', 'CUP-BLUE', ?)"
    books.sql(insert.format("artran", "901", shipped), "1.0000")
    books.sql(insert.format("arytrn", "902", shipped), "1.0000")
    for table, number in (("armast", "901"), ("arymst", "902"), ("arymst", "901")):
        books.sql(f"INSERT INTO {table} (invno, invamt, balance) VALUES ('{number:>10}', '4.00', '4.00')")
    books.sql(insert.format("arytrn", "901", shipped), "1.0000")  # currhist: in both, counted once
    answer = await api.post("/invoices", json=invoice(shipped, line("a", "CUP-BLUE", "3", "4.00", "12.00")))
    assert faults(answer) == {"LineItems[0].Quantity": "more-than-shipped"}
    await entered(api, "/invoices", invoice(shipped, line("a", "CUP-BLUE", "2", "4.00", "8.00")))
    listed = await got(api, "/invoices")
    assert sorted(one["InvoiceNo"] for one in listed["Items"]) == ["1", "901", "902"]
    assert {one["InvoiceNo"]: one["History"] for one in listed["Items"]} == {"1": False, "901": False, "902": True}
    assert (await got(api, "/invoices/901"))["Status"] == "open", "without distribution rows it counts as posted"


async def test_status_is_what_was_posted(api: httpx.AsyncClient, books: Books, shipped: str) -> None:
    number = (await entered(api, "/invoices", invoice(shipped)))["InvoiceNo"]

    async def status() -> str:
        found: str = (await got(api, f"/invoices/{number}"))["Status"]
        listed = await got(api, "/invoices", status=found)
        assert [one["InvoiceNo"] for one in listed["Items"]] == [number]
        return found

    assert await status() == "unposted"
    books.post(number, "S7")
    assert await status() == "open"
    assert (await got(api, f"/invoices/{number}"))["Session"] == "S7"
    part = await entered(api, "/receipts", receipt(number, "3.66"))
    assert (await got(api, f"/invoices/{number}"))["PendingAmount"] == "3.66"
    assert await status() == "open", "a receipt counts when it is posted"
    books.post(part["ReceiptNo"])
    assert await status() == "partPaid"
    books.post((await entered(api, "/receipts", receipt(number, "10.00")))["ReceiptNo"])
    assert await status() == "paid"
    books.sql("UPDATE armast SET arstat = 'V'")
    assert await status() == "void"
    assert (await got(api, "/invoices", status="paid"))["Items"] == []


async def test_credit_memos_that_take_all_back_make_it_credited(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    number = (await entered(api, "/invoices", invoice(shipped)))["InvoiceNo"]
    books.post(number)
    part = await entered(api, "/invoices", memo(shipped, number, "3.66"))
    assert (part["Type"], part["TotalAmount"], part["AppliesToInvoiceNo"]) == ("creditMemo", "-3.66", number)
    assert books.value("SELECT artype FROM armast WHERE trim(invno) = ?", part["InvoiceNo"]) == "C"
    answer = await api.post("/invoices", json=memo(shipped, number, "10.01"))
    assert faults(answer) == {"TotalAmount": "more-than-the-invoice"}
    rest = await entered(api, "/invoices", memo(shipped, number, "10.00"))
    books.post(part["InvoiceNo"])
    assert (await got(api, f"/invoices/{number}"))["Status"] == "open", "the second is not posted yet"
    books.post(rest["InvoiceNo"])
    assert (await got(api, f"/invoices/{number}"))["Status"] == "credited"
    assert [one["InvoiceNo"] for one in (await got(api, "/invoices", status="credited"))["Items"]] == [number]
    back = await entered(api, "/receipts", receipt(rest["InvoiceNo"], "-10.00"))
    books.post(back["ReceiptNo"])
    assert (await got(api, f"/invoices/{rest['InvoiceNo']}"))["Status"] == "paid"
    assert books.balanced()


async def test_no_more_of_a_line_is_credited_than_was_invoiced(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    number = (await entered(api, "/invoices", invoice(shipped)))["InvoiceNo"]

    def back(quantity: str) -> dict[str, Any]:
        return memo(shipped, number, "4.00", LineItems=[line("a", "CUP-BLUE", quantity, "4.00", "-4.00")])

    assert faults(await api.post("/invoices", json=back("-3"))) == {"LineItems[0].Quantity": "more-than-invoiced"}
    first = await entered(api, "/invoices", back("-1"))
    answer = await api.post("/invoices", json=back("-2"))
    assert faults(answer) == {"LineItems[0].Quantity": "more-than-invoiced"}
    assert "2.0000 of line 1 of the order are invoiced and 1.0000 are credited" in answer.json()["errors"][0]["message"]
    books.sql("UPDATE armast SET arstat = 'V' WHERE trim(invno) = ?", first["InvoiceNo"])
    await entered(api, "/invoices", back("-2"))


async def test_a_credit_memo_has_the_signs_of_one_and_an_invoice_to_take_back(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    wrong = memo(shipped, "1", "5.00")
    assert faults(await api.post("/invoices", json=wrong)) == {"AppliesToInvoiceNo": "unknown-invoice"}
    number = (await entered(api, "/invoices", invoice(shipped)))["InvoiceNo"]
    upright = invoice(shipped, Type="creditMemo", AppliesToInvoiceNo=number)
    assert faults(await api.post("/invoices", json=upright)) == {
        "LineItems[0].Quantity": "wrong-sign",
        "LineItems[1].Quantity": "wrong-sign",
        "TotalAmount": "wrong-sign",
    }
    books.sql("UPDATE armast SET arstat = 'V'")
    assert faults(await api.post("/invoices", json=memo(shipped, number, "5.00"))) == {
        "AppliesToInvoiceNo": "void-invoice"
    }


async def test_another_currency_balances_in_both(api: httpx.AsyncClient, books: Books) -> None:
    lines = [{**line("a", "CUP-BLUE", "3", "1.11", "3.33"), "Taxable": False}]
    number = (await order(api, *lines, Currency="EUR", ExchangeRate="1.23457"))["SalesOrderNo"]
    books.ship(number, 1, "3.0000")
    parts = [{"Account": "1100", "Amount": "3.33", "Kind": "receivable"}]
    parts += [{"Account": account, "Amount": "-1.11", "Kind": "revenue"} for account in ("4000", "4100", "4200")]
    given = invoice(number, *lines, Currency="eur", ExchangeRate="1.23457", Distribution=parts)
    del given["LineItems"][0]["Taxable"]
    made = await entered(api, "/invoices", given)
    assert (made["Currency"], made["ExchangeRate"], made["BaseBalance"]) == ("EUR", "1.23457000", "4.11")
    assert [one["BaseAmount"] for one in made["Distribution"]] == ["4.11", "-1.37", "-1.37", "-1.37"]
    assert books.sql("SELECT binvamt, bbal FROM armast") == [("4.11", "4.11")]
    assert books.sql("SELECT bprice, bextpri FROM artran") == [("1.3704", "4.11")]
    off = {**given, "ExternalInvoiceId": "I-off"}
    off["Distribution"] = [{**one, "BaseAmount": "4.12" if n == 0 else "-1.37"} for n, one in enumerate(parts)]
    assert faults(await api.post("/invoices", json=off))["Distribution"] == "does-not-balance"
    assert books.balanced()


async def test_lists_go_by_customer_order_type_date_and_external_id(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    first = await entered(api, "/invoices", invoice(shipped, line("a", "CUP-BLUE", "2", "4.00", "8.00")))
    later = [line("a", "CUP-BLUE", "1", "4.00", "4.00")]
    second = await entered(api, "/invoices", invoice(shipped, *later, InvoiceDate="2026-04-01"))
    credit = await entered(api, "/invoices", memo(shipped, first["InvoiceNo"], "1.00"))

    async def numbers(**query: Any) -> list[str]:
        return [one["InvoiceNo"] for one in (await got(api, "/invoices", **query))["Items"]]

    everything = [made["InvoiceNo"] for made in (first, second, credit)]
    assert await numbers(customerNo="smith01") == await numbers(salesOrderNo=shipped) == everything
    assert await numbers(customerNo="JONES01") == []
    assert await numbers(type="creditMemo") == [credit["InvoiceNo"]]
    assert await numbers(invoiceDateFrom="2026-03-04") == [second["InvoiceNo"]]
    assert await numbers(invoiceDateTo="2026-03-03", type="invoice") == [first["InvoiceNo"]]
    ids = [first["ExternalInvoiceId"], credit["ExternalInvoiceId"], "nobody's"]
    assert await numbers(externalInvoiceId=ids) == [first["InvoiceNo"], credit["InvoiceNo"]]
    page = await got(api, "/invoices", limit=2)
    rest = await got(api, "/invoices", limit=2, cursor=page["NextCursor"])
    assert [one["InvoiceNo"] for one in (*page["Items"], *rest["Items"])] == everything
    assert rest["NextCursor"] is None
    assert (await api.get("/invoices", params={"custNo": "x"})).status_code == 422


async def test_a_batch_answers_for_each_and_a_bad_one_stops_no_other(
    api: httpx.AsyncClient, books: Books, shipped: str
) -> None:
    one = [line("a", "CUP-BLUE", "2", "4.00", "8.00")]
    documents = [invoice(shipped, *one), invoice(shipped, *one), invoice(shipped, *one), {"Type": "invoice"}]
    items = [{"IdempotencyKey": f"b-{n}", "Invoice": document} for n, document in enumerate(documents)]
    results = (await api.post("/invoices/batch", json={"Items": items})).json()["Results"]
    assert [(result["Status"], result["InvoiceNo"]) for result in results] == [
        (201, "1"),
        (201, "2"),
        (422, None),
        (422, None),
    ]
    again = (await api.post("/invoices/batch", json={"Items": items})).json()["Results"]
    assert [(result["Status"], result["Replayed"]) for result in again[:2]] == [(201, True)] * 2
    assert books.value("SELECT count(*) FROM armast") == 2
    single = await api.post("/invoices", json=documents[0], headers={"Idempotency-Key": "b-0"})
    assert single.json()["LineItems"], "a batch keeps the number only, a single request tells the whole"


async def test_case_050_a_closed_period_holds_or_moves(settings: Settings, books: Books) -> None:
    books.sql("UPDATE sycdfis SET closed = 'Y' WHERE begdate < '2026-04-01'")
    for policy, status in (("hold", 409), ("first-open-day", 201)):
        app = create_app(settings_of(settings.home, sagepro_invoice_numbers="sysdata", sagepro_closed_period=policy))
        async with client_of(app) as api:
            await api.post("/customers", json={"Company": "Smith", "CustomerNo": "SMITH01"})
            number = (await order(api, OrderDate="2026-04-01"))["SalesOrderNo"]
            books.ship(number, 1, "6.0000")
            answer = await api.post("/invoices", json=invoice(number, Notes="rush"))
        app.state.context.company.close()
        assert answer.status_code == status, answer.text
    made = answer.json()
    assert (made["InvoiceDate"], made["OwnDate"]) == ("2026-04-01", "2026-03-03")
    assert made["Notes"] == "rush\n[invoice date 2026-03-03, posted on the first open day]"


@pytest.mark.parametrize("table", ["ardist", "glacnt", "tdinv"])
async def test_a_company_without_a_table_starts_and_says_which(settings: Settings, books: Books, table: str) -> None:
    books.sql(f"DROP TABLE {table}")
    app = create_app(settings_of(settings.home, sagepro_invoice_numbers="sysdata"))
    async with client_of(app) as api:
        answer = await api.post("/invoices", json=invoice("1001"))
        assert (answer.status_code, answer.json()["code"]) == (409, "table-missing")
        assert f"no {table} (" in answer.json()["detail"]
        assert ("tandem company prepare" in answer.json()["detail"]) is (table == "tdinv")
        assert (await api.get("/invoices")).status_code == 200, "what is there can be read"
        accounts = await api.get("/accounts")
        assert accounts.status_code == (409 if table == "glacnt" else 200)
    app.state.context.company.close()
