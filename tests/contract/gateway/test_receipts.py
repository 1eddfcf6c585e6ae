"""Receipts and their applications over HTTP: never more than is open, nor than is unapplied."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tandem.gateway.app import create_app
from tandem.settings import Settings

from .conftest import client_of, faults, settings_of
from .finance import Books, application, entered, got, invoice, line, memo, order, receipt, split


@pytest.fixture
def books(settings: Settings) -> Books:
    return Books(settings.home / "company01.db")


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings_of(settings.home, sagepro_invoice_numbers="sysdata"))
    async with client_of(app) as client:
        for number in ("SMITH01", "JONES01"):
            await client.post("/customers", json={"Company": number, "CustomerNo": number})
        yield client
    app.state.context.company.close()


@pytest.fixture
async def owed(api: httpx.AsyncClient, books: Books) -> str:
    """An invoice over 20.00."""
    number = (await order(api))["SalesOrderNo"]
    books.ship(number, 1, "6.0000")
    made = await entered(api, "/invoices", invoice(number, line("a", "CUP-BLUE", "5", "4.00", "20.00")))
    found: str = made["InvoiceNo"]
    return found


async def test_a_receipt_pays_an_invoice_once_it_is_posted(api: httpx.AsyncClient, books: Books, owed: str) -> None:
    reference = "pi_" + "3" * 40
    made = await entered(api, "/receipts", receipt(owed, "12.50", ReferenceNo=reference))
    assert (made["ReceiptNo"], made["Status"]) == ("R000000001", "unposted")
    assert (made["Applied"], made["Unapplied"], made["ReferenceNo"]) == ("12.50", "0.00", reference)
    assert books.sql("SELECT custno, trim(invno), refno, paidamt FROM arcash") == [
        ("SMITH01", owed, reference[:20], "12.50")
    ]
    assert books.sql("SELECT paidamt, balance FROM armast") == [("0.00", "20.00")], "posting is Sage Pro's"
    books.post(made["ReceiptNo"], "S9")
    found = await got(api, "/receipts/R000000001")
    assert (found["Status"], found["Session"]) == ("posted", "S9")
    assert books.sql("SELECT paidamt, balance FROM armast") == [("12.50", "7.50")]
    books.sql("DELETE FROM arcash")
    assert (await got(api, "/receipts/R000000001"))["Status"] == "void"
    assert books.balanced()


async def test_no_more_is_received_than_is_open_whether_it_is_posted_or_not(
    api: httpx.AsyncClient, books: Books, owed: str
) -> None:
    first = await entered(api, "/receipts", receipt(owed, "15.00"))
    assert faults(await api.post("/receipts", json=receipt(owed, "5.01"))) == {"Amount": "more-than-open"}
    books.post(first["ReceiptNo"])
    assert faults(await api.post("/receipts", json=receipt(owed, "5.01"))) == {"Amount": "more-than-open"}
    await entered(api, "/receipts", receipt(owed, "5.00"))
    assert faults(await api.post("/receipts", json=receipt(owed, "-20.01"))) == {"Amount": "more-than-open"}
    back = await entered(api, "/receipts", receipt(owed, "-20.00"))
    assert back["Amount"] == "-20.00"


async def test_a_deposit_waits_as_an_open_credit_and_is_applied_later(
    api: httpx.AsyncClient, books: Books, owed: str
) -> None:
    made = await entered(api, "/receipts", receipt("", "50.00", Tender="bank"))
    number = made["ReceiptNo"]
    assert (made["Applied"], made["Unapplied"], made["InvoiceNo"]) == ("0.00", "50.00", "")
    assert books.sql("SELECT artype, invamt, balance FROM armast WHERE trim(invno) = ?", number) == [
        ("O", "-50.00", "-50.00")
    ]
    assert (await got(api, f"/invoices/{number}"))["Type"] == "openCredit"
    books.post(number)
    applied = await api.post(f"/receipts/{number}/applications", json=application(owed, "20.00"))
    assert applied.status_code == 201, applied.text
    assert (applied.json()["Applied"], applied.json()["Unapplied"]) == ("20.00", "30.00")
    (one,) = applied.json()["Applications"]
    assert (one["ApplicationNo"], one["InvoiceNo"], one["Posted"]) == ("A000000001", owed, False)
    assert (await got(api, f"/invoices/{owed}"))["PendingAmount"] == "20.00"
    assert books.sql("SELECT trim(invno), paidamt FROM arcash ORDER BY paidamt DESC") == [
        (owed, "20.00"),
        (number, "-20.00"),
    ]
    books.post("A000000001")
    found = await got(api, f"/receipts/{number}")
    assert (found["Unapplied"], found["Applications"][0]["Posted"]) == ("30.00", True)
    assert books.sql("SELECT balance FROM armast ORDER BY invno") == [("0.00",), ("-30.00",)]
    back = receipt(number, "-30.00", Distribution=split(clearing="-30.00", deposit="30.00"))
    await entered(api, "/receipts", back)
    assert (await got(api, f"/receipts/{number}"))["Unapplied"] == "0.00"
    assert books.balanced()


async def test_no_more_is_applied_than_is_unapplied_nor_than_the_invoice_has_open(
    api: httpx.AsyncClient, books: Books, owed: str
) -> None:
    number = (await entered(api, "/receipts", receipt("", "30.00")))["ReceiptNo"]
    path = f"/receipts/{number}/applications"
    assert faults(await api.post(path, json=application(owed, "20.01"))) == {"Amount": "more-than-open"}
    first = application(owed, "12.00")
    assert (await api.post(path, json=first)).status_code == 201
    again = await api.post(path, json=first)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-external-application")
    assert again.json()["existing"] == {"ReceiptNo": number, "ApplicationNo": "A000000001"}
    assert faults(await api.post(path, json=application(owed, "8.01"))) == {"Amount": "more-than-open"}
    small = (await entered(api, "/receipts", receipt("", "1.00")))["ReceiptNo"]
    answer = await api.post(f"/receipts/{small}/applications", json=application(owed, "1.01"))
    assert faults(answer) == {"Amount": "more-than-unapplied"}
    assert faults(await api.post(path, json=application(small, "1.00"))) == {"InvoiceNo": "unknown-invoice"}
    assert (await api.post("/receipts/R9/applications", json=application(owed, "1.00"))).status_code == 404
    paid = (await entered(api, "/receipts", receipt(owed, "1.00")))["ReceiptNo"]
    refused = await api.post(f"/receipts/{paid}/applications", json=application(owed, "1.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-apply")
    books.sql("UPDATE armast SET arstat = 'V' WHERE trim(invno) = ?", small)
    assert (await got(api, f"/receipts/{small}"))["Status"] == "void"
    refused = await api.post(f"/receipts/{small}/applications", json=application(owed, "0.50"))
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-apply")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"Amount": "0", "Distribution": split(clearing="0", receivable="0")}, "Amount", "zero"),
        ({"InvoiceNo": "77"}, "InvoiceNo", "unknown-invoice"),
        ({"CustomerNo": "JONES01"}, "InvoiceNo", "another-customer"),
        ({"CustomerNo": "NOBODY"}, "CustomerNo", "unknown-customer"),
        ({"Currency": "EUR", "ExchangeRate": "1.1"}, "InvoiceNo", "another-currency"),
        ({"Distribution": split(clearing="5.00", receivable="-4.99")}, "Distribution", "does-not-balance"),
        ({"Distribution": split(clearing="5.00", deposit="-5.00")}, "Distribution", "wrong-receivable"),
        ({"ReferenceNo": "r" * 256}, "ReferenceNo", "too-long"),
        ({"Amount": "5.001"}, "Amount", "too-many-decimals"),
    ],
)
async def test_what_cannot_be_is_refused_with_member_and_column(
    api: httpx.AsyncClient, books: Books, owed: str, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await api.post("/receipts", json=receipt(owed, "5.00", **change))
    assert answer.status_code == 422, answer.text
    assert (field, code) in {(fault["field"], fault["code"]) for fault in answer.json()["errors"]}
    assert [books.value(f"SELECT count(*) FROM {name}") for name in ("arcash", "tdrcpt")] == [0, 0]
    assert books.value("SELECT count(*) FROM ardist") == 3, "those of the invoice"


async def test_money_back_names_what_it_is_paid_back_of(api: httpx.AsyncClient) -> None:
    answer = await api.post("/receipts", json=receipt("", "-5.00"))
    assert faults(answer) == {"Amount": "below-zero"}


async def test_the_same_external_id_is_one_receipt(api: httpx.AsyncClient, books: Books, owed: str) -> None:
    document = receipt(owed, "5.00")
    made = await entered(api, "/receipts", document)
    again = await api.post("/receipts", json=document)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-external-receipt")
    assert again.json()["existing"] == {"ReceiptNo": made["ReceiptNo"]}
    assert books.value("SELECT count(*) FROM arcash") == 1


async def test_an_exchange_difference_balances_in_the_companys_currency(api: httpx.AsyncClient, books: Books) -> None:
    lines = [{**line("a", "CUP-BLUE", "1", "10.00", "10.00"), "Taxable": False}]
    number = (await order(api, *lines, Currency="EUR", ExchangeRate="1.10"))["SalesOrderNo"]
    books.ship(number, 1, "1.0000")
    given = invoice(number, Currency="EUR", ExchangeRate="1.10", LineItems=[line("a", "CUP-BLUE", "1", "10.00", "10")])
    given |= {"TaxAmount": "0", "TotalAmount": "10.00", "Distribution": split(receivable="10.00", revenue="-10.00")}
    owed = (await entered(api, "/invoices", given))["InvoiceNo"]
    parts = [
        {"Account": "1050", "Amount": "10.00", "Kind": "clearing", "BaseAmount": "11.40"},
        {"Account": "1100", "Amount": "-10.00", "Kind": "receivable", "BaseAmount": "-11.00"},
        {"Account": "7100", "Amount": "0.00", "Kind": "exchange_difference", "BaseAmount": "-0.40"},
    ]
    paid = receipt(owed, "10.00", Currency="EUR", ExchangeRate="1.14", Distribution=parts)
    made = await entered(api, "/receipts", paid)
    assert made["BaseAmount"] == "11.00"
    assert sorted(row[0] for row in books.sql("SELECT amount FROM ardist WHERE trim(tranno) = 'R000000001'")) == [
        "-0.40",
        "-11.00",
        "11.40",
    ]
    assert books.balanced()


async def test_lists_go_by_customer_invoice_reference_and_external_id(
    api: httpx.AsyncClient, books: Books, owed: str
) -> None:
    first = await entered(api, "/receipts", receipt(owed, "5.00"))
    second = await entered(api, "/receipts", receipt("", "7.00", ReceiptDate="2026-04-09"))

    async def numbers(**query: Any) -> list[str]:
        return [one["ReceiptNo"] for one in (await got(api, "/receipts", **query))["Items"]]

    both = [first["ReceiptNo"], second["ReceiptNo"]]
    assert await numbers() == await numbers(customerNo="smith01") == both
    assert await numbers(invoiceNo=owed) == await numbers(referenceNo=first["ReferenceNo"]) == both[:1]
    assert await numbers(externalReceiptId=second["ExternalReceiptId"]) == both[1:]
    assert await numbers(receiptDateFrom="2026-04-01") == both[1:]
    assert await numbers(receiptDateTo="2026-04-01") == both[:1]
    page = await got(api, "/receipts", limit=1)
    assert [one["ReceiptNo"] for one in page["Items"]] == both[:1]
    assert (await got(api, "/receipts", limit=1, cursor=page["NextCursor"]))["NextCursor"] is None
    books.sql("UPDATE arcash SET lckuser = 'ANN', lckdate = '2031-01-01', lcktime = '10:00:00'")
    assert await numbers(updatedSince="2030-01-01T00:00:00Z") == both[:1], "the bookkeeper's own stamp counts"


async def test_a_batch_sees_what_the_one_before_has_taken(api: httpx.AsyncClient, books: Books, owed: str) -> None:
    documents = [receipt(owed, "15.00"), receipt(owed, "15.00"), receipt(owed, "5.00")]
    items = [{"IdempotencyKey": f"r-{n}", "Receipt": document} for n, document in enumerate(documents)]
    results = (await api.post("/receipts/batch", json={"Items": items})).json()["Results"]
    assert [(result["Status"], result["ReceiptNo"]) for result in results] == [
        (201, "R000000001"),
        (422, None),
        (201, "R000000002"),
    ]


async def test_case_050_a_closed_period_holds_or_moves(settings: Settings, books: Books) -> None:
    books.sql("UPDATE sycdfis SET closed = 'Y' WHERE begdate < '2026-04-01'")
    for policy, status in (("hold", 409), ("first-open-day", 201)):
        app = create_app(settings_of(settings.home, sagepro_closed_period=policy))
        async with client_of(app) as api:
            await api.post("/customers", json={"Company": "Smith", "CustomerNo": "SMITH01"})
            answer = await api.post("/receipts", json=receipt("", "5.00"))
        app.state.context.company.close()
        assert answer.status_code == status, answer.text
    assert (answer.json()["ReceiptDate"], answer.json()["OwnDate"]) == ("2026-04-01", "2026-03-04")


async def test_a_credit_memo_is_paid_back_and_never_twice(api: httpx.AsyncClient, books: Books, owed: str) -> None:
    sales_order = (await got(api, f"/invoices/{owed}"))["SalesOrderNo"]
    credit = (await entered(api, "/invoices", memo(sales_order, owed, "6.00")))["InvoiceNo"]
    await entered(api, "/receipts", receipt(credit, "-6.00"))
    assert faults(await api.post("/receipts", json=receipt(credit, "-0.01"))) == {"Amount": "more-than-open"}
