"""Journals and the chart of accounts over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tandem.gateway.app import create_app
from tandem.settings import Settings

from .conftest import client_of, faults, settings_of
from .finance import Books, entered, got, journal


def lines(account: str, debit: str, credit: str) -> list[dict[str, str]]:
    return [{"Account": account, "Amount": debit}, {"Account": "4000", "Amount": credit}]


@pytest.fixture
def books(settings: Settings) -> Books:
    return Books(settings.home / "company01.db")


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with client_of(app) as client:
        yield client
    app.state.context.company.close()


async def test_a_journal_is_an_unposted_batch_of_the_period_of_its_date(api: httpx.AsyncClient, books: Books) -> None:
    document = journal("85.00", "-103.00", "18.00", Description="D" * 60, ReferenceNo="po-" + "1" * 60)
    made = await entered(api, "/journals", document)
    assert (made["JournalNo"], made["Status"]) == ("J000000001", "unposted")
    assert (made["FiscalYear"], made["Period"], made["JournalDate"]) == ("2026", "03", "2026-03-31")
    assert (made["Description"], made["ReferenceNo"]) == ("D" * 60, "po-" + "1" * 60)
    assert books.sql("SELECT glbatch, applid, batdate, debits, credits, batstat FROM glbtch") == [
        ("J000000001", "GL", "2026-03-31", "103.00", "103.00", "")
    ]
    assert books.sql("SELECT entryno, descrip, refno, fisyr, period, posted FROM glhunp") == [
        ("1", "D" * 35, ("po-" + "1" * 60)[:20], "2026", "03", "")
    ]
    assert books.sql("SELECT tranlineno, glacnt, amount FROM gldunp ORDER BY tranlineno") == [
        (1, "1000", "85.00"),
        (2, "1050", "-103.00"),
        (3, "6100", "18.00"),
    ]
    books.sql("UPDATE glhunp SET posted = 'Y', lckdate = '2031-01-01', lcktime = '10:00:00'")
    assert (await got(api, "/journals/J000000001"))["Status"] == "posted"
    assert len((await got(api, "/journals", updatedSince="2030-06-01T00:00:00Z"))["Items"]) == 1
    books.sql("DELETE FROM glhunp")
    gone = await got(api, "/journals/J000000001")
    assert (gone["Status"], gone["JournalDate"]) == ("gone", "2026-03-31")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (
            {"Lines": [{"Account": "1000", "Amount": "1"}, {"Account": "4000", "Amount": "-1.01"}]},
            "Lines",
            "does-not-balance",
        ),
        ({"JournalDate": "1999-12-31"}, "JournalDate", "unknown-period"),
        ({"JournalDate": "1850-12-31"}, "JournalDate", "date-out-of-range"),
        ({"Description": "東"}, "Description", "not-in-code-page"),
        (
            {"Lines": [{"Account": "1000", "Amount": "0.001"}, {"Account": "4000", "Amount": "-0.001"}]},
            "Lines[0].Amount",
            "too-many-decimals",
        ),
        (
            {"Lines": [{"Account": "x", "Amount": "1"}, {"Account": "4000", "Amount": "-1"}]},
            "Lines[0].Account",
            "unknown-account",
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_member_and_column(
    api: httpx.AsyncClient, books: Books, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await api.post("/journals", json=journal("5.00", "-5.00", **change))
    assert answer.status_code == 422, answer.text
    assert faults(answer)[field] == code
    assert [books.value(f"SELECT count(*) FROM {name}") for name in ("glbtch", "glhunp", "gldunp", "tdjrnl")] == [0] * 4


async def test_a_malformed_journal_is_told_all_that_is_wrong(api: httpx.AsyncClient) -> None:
    bad = journal("5.00", "-5.00", Description="東")
    del bad["ExternalJournalId"]
    assert faults(await api.post("/journals", json=bad)) == {
        "ExternalJournalId": "missing",
        "Description": "not-in-code-page",
    }


async def test_the_same_external_id_is_one_journal(api: httpx.AsyncClient, books: Books) -> None:
    document = journal("5.00", "-5.00")
    made = await entered(api, "/journals", document)
    again = await api.post("/journals", json=document)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-external-journal")
    assert again.json()["existing"] == {"JournalNo": made["JournalNo"]}


async def test_case_050_a_closed_period_holds_or_moves(settings: Settings, books: Books) -> None:
    books.sql("UPDATE sycdfis SET closed = 'Y' WHERE begdate < '2026-04-01'")
    for policy, status in (("hold", 409), ("first-open-day", 201)):
        app = create_app(settings_of(settings.home, sagepro_closed_period=policy))
        async with client_of(app) as api:
            answer = await api.post("/journals", json=journal("5.00", "-5.00"))
        app.state.context.company.close()
        assert answer.status_code == status, answer.text
    made = answer.json()
    assert (made["JournalDate"], made["OwnDate"], made["Period"]) == ("2026-04-01", "2026-03-31", "04")
    assert books.value("SELECT DISTINCT notes FROM gldunp") == "[journal date 2026-03-31, posted on the first open day]"


async def test_batches_and_lists(api: httpx.AsyncClient) -> None:
    documents = [journal("5.00", "-5.00"), journal("5.00", "-4.00"), journal("7.00", "-7.00", JournalDate="2026-05-01")]
    items = [{"IdempotencyKey": f"j-{n}", "Journal": document} for n, document in enumerate(documents)]
    results = (await api.post("/journals/batch", json={"Items": items})).json()["Results"]
    assert [(result["Status"], result["JournalNo"]) for result in results] == [
        (201, "J000000001"),
        (422, None),
        (201, "J000000002"),
    ]

    async def numbers(**query: Any) -> list[str]:
        return [one["JournalNo"] for one in (await got(api, "/journals", **query))["Items"]]

    assert await numbers() == ["J000000001", "J000000002"]
    assert await numbers(externalJournalId=documents[2]["ExternalJournalId"]) == ["J000000002"]
    assert await numbers(journalDateTo="2026-04-30") == ["J000000001"]
    assert await numbers(journalDateFrom="2026-04-30") == ["J000000002"]


async def test_the_chart_is_listed_page_by_page(api: httpx.AsyncClient, books: Books) -> None:
    seen: list[dict[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await got(api, "/accounts", limit=5, **cursor)
        seen += page["Items"]
        if page["NextCursor"] is None:
            break
        cursor = {"cursor": page["NextCursor"]}
    assert [one["Account"] for one in seen] == [row[0] for row in books.sql("SELECT glacnt FROM glacnt ORDER BY 1")]
    assert {"Account": "1100", "Description": "Accounts receivable"} in seen


@pytest.mark.parametrize("table", ["glbtch", "glhunp", "gldunp", "glacnt", "sycdfis", "tdjrnl"])
async def test_a_company_without_a_table_starts_and_says_which(settings: Settings, books: Books, table: str) -> None:
    books.sql(f"DROP TABLE {table}")
    app = create_app(settings)
    async with client_of(app) as api:
        answer = await api.post("/journals", json=journal("5.00", "-5.00"))
    app.state.context.company.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "table-missing")
    assert f"{table}" in answer.json()["detail"]


async def test_keys_need_the_scope_of_the_resource(settings: Settings) -> None:
    app = create_app(settings)
    async with client_of(app, key="reader") as api:
        for path in ("/invoices", "/receipts", "/journals", "/accounts"):
            assert (await api.get(path)).status_code == 403, path
    app.state.context.company.close()
