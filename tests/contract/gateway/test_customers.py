import asyncio
import sqlite3
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all
from tandem.settings import Settings

from .conftest import client_of, faults

ANN = {
    "ExternalCustomerId": "c-1",
    "Company": "Ann Smith",
    "Email": "Ann@Example.com",
    "Address": {"Address1": "12 Mill Lane", "City": "Chicago", "State": "IL", "PostalCode": "60601", "Country": "US"},
}


def arcust(settings: Settings, columns: str, where: str = "1=1") -> list[tuple]:
    """What a plain reader sees."""
    with sqlite3.connect(settings.home / "company01.db") as connection:
        return connection.execute(f"SELECT {columns} FROM arcust WHERE {where} ORDER BY custno").fetchall()


def typed_at_the_screen(company: Company, custno: str, **columns: object) -> None:
    """A customer that somebody entered in Sage Pro itself: no companion row knows of it."""
    row = {"custno": custno, "company": custno.title(), **company.stamp().added(), **columns}
    with company.write() as connection:
        insert_all(connection, company.tables.arcust, [row])


async def test_a_customer_is_entered_as_sage_pro_keeps_it(api: httpx.AsyncClient, settings: Settings) -> None:
    answer = await api.post("/customers", json={**ANN, "Phone": "+1 312", "CreditLimit": "500", "Notes": "line\nline"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["CustomerNo"] == "SMITH01"
    assert made["ExternalCustomerIds"] == ["c-1"]
    assert made["Currency"] == "USD"
    assert made["CreditLimit"] == "500.00"
    assert answer.headers["etag"] == f'"{made["ETag"]}"'
    columns = "company, email, addrstate, zip, balance, onorder, adduser, currency, lckdate"
    assert arcust(settings, columns) == [
        ("Ann Smith", "Ann@Example.com", "IL", "60601", "0.00", "0.00", "TNDM", "USD", "")
    ]


async def test_case_119_two_creators_never_get_the_same_number(app: FastAPI, settings: Settings) -> None:
    async with client_of(app) as one, client_of(app) as two:
        bodies = [{"Company": "Smith", "ExternalCustomerId": f"c-{number}"} for number in range(40)]
        answers = await asyncio.gather(
            *((one, two)[number % 2].post("/customers", json=body) for number, body in enumerate(bodies))
        )
    numbers = sorted(answer.json()["CustomerNo"] for answer in answers)
    assert numbers == [f"SMITH{number:02}" for number in range(1, 41)]
    assert [row[0] for row in arcust(settings, "custno")] == numbers


async def test_case_119_numbers_of_people_at_the_screen_are_passed_over(
    api: httpx.AsyncClient, company: Company
) -> None:
    for custno in ("SMITH01", "SMITH98", "SMITH9A", "SMITHY"):
        typed_at_the_screen(company, custno)
    numbers = [(await api.post("/customers", json={"Company": "Smith"})).json()["CustomerNo"] for _ in range(3)]
    assert numbers == ["SMITH99", "SMITH100", "SMITH101"]


async def test_a_given_number_is_used_if_it_is_free_and_fits(api: httpx.AsyncClient) -> None:
    made = await api.post("/customers", json={"CustomerNo": "vip7", "Company": "Vip"})
    assert made.json()["CustomerNo"] == "VIP7"
    again = await api.post("/customers", json={"CustomerNo": "VIP7", "Company": "Other"})
    assert again.status_code == 409
    assert again.json()["code"] == "duplicate-customer-number"
    wide = await api.post("/customers", json={"CustomerNo": "MUCH-TOO-LONG", "Company": "Other"})
    assert faults(wide) == {"CustomerNo": "too-long"}


async def test_an_external_id_is_one_customers_only(api: httpx.AsyncClient) -> None:
    await api.post("/customers", json=ANN)
    twin = await api.post("/customers", json={**ANN, "Company": "Ann Smith II"})
    assert twin.status_code == 409
    assert twin.json()["existing"] == {"CustomerNo": "SMITH01"}
    await api.post("/customers", json={"Company": "Jones"})
    other = await api.post("/customers/JONES01/external-ids", json={"ExternalCustomerId": "c-1"})
    assert (other.status_code, other.json()["code"]) == (409, "duplicate-external-customer")


async def test_several_ids_may_stand_for_one_customer(api: httpx.AsyncClient) -> None:
    await api.post("/customers", json=ANN)
    for _ in range(2):
        answer = await api.post("/customers/smith01/external-ids", json={"ExternalCustomerId": "guest:ann"})
        assert answer.status_code == 201
    assert answer.json()["ExternalCustomerIds"] == ["c-1", "guest:ann"]
    found = await api.get("/customers", params={"externalCustomerId": ["guest:ann", "nobody"]})
    assert [item["CustomerNo"] for item in found.json()["Items"]] == ["SMITH01"]


async def test_case_115_a_near_match_is_never_accepted(api: httpx.AsyncClient, company: Company) -> None:
    addresses = {
        "EXACT": "  ANN@x.com ",
        "DOTTED": "an.n@x.com",
        "LONGER": "ann@x.com.au",
        "PREFIX": "joann@x.com",
        "LIKE": "a_n@x.com",
        "ACCENT": "ánn@x.com",
    }
    for custno, email in addresses.items():
        typed_at_the_screen(company, custno, email=email)
    found = await api.get("/customers", params={"email": " ann@X.com"})
    assert [item["CustomerNo"] for item in found.json()["Items"]] == ["EXACT"]
    accented = await api.get("/customers", params={"email": "Ánn@x.com"})
    assert [item["CustomerNo"] for item in accented.json()["Items"]] == ["ACCENT"]
    wild = await api.get("/customers", params={"email": ["%", "ann_x.com"]})
    assert wild.json()["Items"] == []


async def test_case_115_a_name_matches_when_equal_but_for_case(api: httpx.AsyncClient, company: Company) -> None:
    typed_at_the_screen(company, "ACME LTD")
    typed_at_the_screen(company, "ACME LTD.")
    found = await api.get("/customers", params={"company": " ACME LTD "})
    assert [item["CustomerNo"] for item in found.json()["Items"]] == ["ACME LTD"]


async def test_an_update_changes_contact_and_address_only(api: httpx.AsyncClient, settings: Settings) -> None:
    await api.post("/customers", json={**ANN, "PaymentTerms": "NET 30", "Notes": "kept"})
    moved = {**ANN, "Address": {**ANN["Address"], "City": "Joliet"}, "PaymentTerms": "NET 60", "TaxExemptCode": "E9"}
    answer = await api.put("/customers/SMITH01", json=moved)
    assert answer.status_code == 200
    assert answer.json()["Address"]["City"] == "Joliet"
    assert answer.json()["PaymentTerms"] == "NET 30"
    assert answer.json()["TaxExemptCode"] == "E9"
    assert arcust(settings, "city, pterms, cstmemo, lckuser") == [("Joliet", "NET 30", "kept", "TNDM")]


async def test_an_update_that_changes_nothing_leaves_no_stamp(api: httpx.AsyncClient, settings: Settings) -> None:
    await api.post("/customers", json=ANN)
    assert (await api.put("/customers/SMITH01", json=ANN)).status_code == 200
    assert arcust(settings, "lckuser, lckdate") == [("", "")]


async def test_a_locked_customer_is_left_alone(api: httpx.AsyncClient, company: Company, settings: Settings) -> None:
    typed_at_the_screen(company, "BUSY", lckstat="L")
    answer = await api.put("/customers/BUSY", json=ANN)
    assert (answer.status_code, answer.json()["code"]) == (423, "record-locked")
    assert arcust(settings, "company, lckuser") == [("Busy", "")]


async def test_if_match_guards_an_update(api: httpx.AsyncClient) -> None:
    first = (await api.post("/customers", json=ANN)).headers["etag"]
    changed = await api.put("/customers/SMITH01", json={**ANN, "Phone": "1"}, headers={"If-Match": first})
    assert changed.status_code == 200
    stale = await api.put("/customers/SMITH01", json={**ANN, "Phone": "2"}, headers={"If-Match": first})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    same = await api.get("/customers/SMITH01", headers={"If-None-Match": changed.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_every_fault_of_shape_and_width_is_told_at_once(api: httpx.AsyncClient, settings: Settings) -> None:
    answer = await api.post(
        "/customers",
        json={
            "Company": "x" * 36,
            "Contact": "東京",
            "Emial": "a@b",
            "CreditLimit": "-1",
            "Address": {"City": "y" * 21, "Zip": "1"},
            "CustomFields": {"password": "x"},
        },
    )
    assert answer.status_code == 422
    assert faults(answer) == {
        "Company": "too-long",
        "Contact": "not-in-code-page",
        "Emial": "unknown-member",
        "CreditLimit": "greater-than",
        "Address.City": "too-long",
        "Address.Zip": "unknown-member",
        "CustomFields.password": "custom-field-not-allowed",
    }
    columns = {fault["field"]: fault["column"] for fault in answer.json()["errors"]}
    assert columns["Address.City"] == "arcust.city"
    assert arcust(settings, "custno") == []


@pytest.mark.parametrize("name", ['Café "Zoë" - €', "\u201cQuoted\u201d \u2013 dash", "Ÿvonne Œuvre"])
async def test_what_code_page_1252_holds_is_kept_as_it_is(api: httpx.AsyncClient, name: str) -> None:
    assert (await api.post("/customers", json={"Company": name})).json()["Company"] == name


async def test_columns_that_are_not_named_never_leave(tmp_path: Path, settings: Settings) -> None:
    from tandem.gateway.app import create_app

    with sqlite3.connect(settings.home / "company01.db") as connection:
        connection.execute("ALTER TABLE arcust ADD COLUMN cc_num CHAR(20) NOT NULL DEFAULT '4111111111111111'")
        connection.execute("ALTER TABLE arcust ADD COLUMN user1 CHAR(8) NOT NULL DEFAULT 'own'")
    app = create_app(settings.model_copy(update={"sagepro_custom_fields": "arcust.user1"}))
    async with client_of(app) as api:
        made = await api.post("/customers", json={"Company": "Smith", "CustomFields": {"User1": "vip"}})
        listed = await api.get("/customers")
        schema = await api.get("/schema")
        refused = await api.put("/customers/SMITH01", json={"Company": "Smith", "CustomFields": {"cc_num": "1"}})
    assert made.json()["CustomFields"] == {"user1": "vip"}
    assert "4111" not in made.text + listed.text
    assert "cc_num" not in schema.text
    assert faults(refused) == {"CustomFields.cc_num": "custom-field-not-allowed"}
    app.state.context.company.close()


async def test_ship_tos_are_shown(api: httpx.AsyncClient, company: Company) -> None:
    typed_at_the_screen(company, "ACME01")
    with company.write() as connection:
        row = {"custno": "ACME01", "cshipno": "000001", "defaship": "Y", "company": "Acme", "addrstate": "IL"}
        insert_all(connection, company.tables.arcadr, [{**row, **company.stamp().added()}])
    (ship_to,) = (await api.get("/customers/ACME01")).json()["ShipTos"]
    assert (ship_to["ShipToNo"], ship_to["State"], ship_to["Default"]) == ("000001", "IL", True)


async def test_an_unknown_customer_is_404(api: httpx.AsyncClient) -> None:
    for answer in (
        await api.get("/customers/NOBODY"),
        await api.put("/customers/NOBODY", json=ANN),
        await api.post("/customers/NOBODY/external-ids", json={"ExternalCustomerId": "x"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
