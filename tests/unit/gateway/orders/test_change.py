"""Changing an order: the whole new state, written while it may be, with a trail of before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from tandem.gateway.company.faults import Conflict, Faulty, Locked, NotFound, PreconditionFailed
from tandem.gateway.models import Address, SalesOrder
from tandem.gateway.orders import guarded
from tandem.values import loads

from .conftest import ACME, Desk, change, line, order

ONORDER = "SELECT onorder FROM arcust WHERE custno = 'SMITH01'"


def lines(found: SalesOrder) -> dict[str, str]:
    return {item.line_reference: f"{item.quantity.normalize():f} x {item.item_code}" for item in found.line_items}


def fields(refused: Conflict) -> dict[str, tuple[Any, Any]]:
    return {d["field"]: (d["before"], d["after"]) for d in refused.extra["differences"]}


@pytest.fixture
def entered(desk: Desk) -> Desk:
    desk.entry.create(order("S-1", line("a"), line("b", "CUP", "1", "5")))
    desk.wait(60)
    return desk


def test_case_089_an_edit_before_picking_makes_the_order_the_new_state(entered: Desk) -> None:
    new = change("S-1", line("a", quantity="3"), line("c", "SPOON/S", "12", "1", tax_amount=Decimal("0.99")))
    found = entered.changes.update("1001", new)
    assert lines(found) == {"a": "3 x TEAPOT", "c": "12 x SPOON/S"}
    assert (found.open_amount, found.tax_amount, found.total_amount) == (
        Decimal("71.70"),
        Decimal("0.99"),
        Decimal("72.69"),
    )
    assert found == entered.get("1001")
    assert entered.value(ONORDER) == "171.80"
    assert entered.sql("SELECT tranlineno, item, qtyord, sostat FROM sotran ORDER BY tranlineno") == [
        (1, "TEAPOT", "3.0000", ""),
        (2, "CUP", "0.0000", "X"),
        (3, "SPOON/S", "12.0000", ""),
    ]


def test_case_089_the_trail_holds_the_order_before_and_after(entered: Desk) -> None:
    before = entered.get("1001")
    after = entered.changes.update("1001", change("S-1", line("a", quantity="3")))
    ((table, key, who, told_before, told_after),) = entered.sql(
        "SELECT tablename, recordkey, who, before, after FROM tdhist"
    )
    assert (table, key, who) == ("somast", "1001", "TNDM")
    assert loads(told_before)["ETag"] == before.e_tag
    assert loads(told_after)["ETag"] == after.e_tag
    assert loads(told_after)["LineItems"][0]["Quantity"] == "3.0000"


def test_changed_rows_are_stamped_and_untouched_ones_are_not(entered: Desk) -> None:
    entered.changes.update("1001", change("S-1", line("a", quantity="3"), line("b", "CUP", "1", "5")))
    assert entered.sql("SELECT lckuser, lckdate, lcktime FROM somast") == [("TNDM", "2026-03-02", "10:01:00")]
    stamps = "SELECT addtime, lcktime FROM sotran ORDER BY tranlineno"
    assert entered.sql(stamps) == [("10:00:00", "10:01:00"), ("10:00:00", "")]


def test_the_same_state_again_writes_nothing(entered: Desk) -> None:
    before = entered.get("1001")
    again = change("S-1", line("a"), line("b", "cup", "1", "5"), sales_order_no="1001")
    assert entered.changes.update("1001", again) == before
    assert entered.count()["tdhist"] == 0
    assert entered.value("SELECT lcktime FROM somast") == ""


def test_a_line_that_was_taken_out_may_come_back(entered: Desk) -> None:
    entered.changes.update("1001", change("S-1", line("a")))
    found = entered.changes.update("1001", change("S-1", line("a"), line("b", "CUP", "4", "5")))
    assert lines(found) == {"a": "2 x TEAPOT", "b": "4 x CUP"}
    assert entered.value("SELECT count(*) FROM sotran") == 2
    assert entered.value(ONORDER) == "159.90"


def test_a_changed_description_or_item_is_a_change_of_the_line(entered: Desk) -> None:
    found = entered.changes.update("1001", change("S-1", line("a", "SPOON/S"), line("b", "CUP", "1", "5")))
    assert [item.description for item in found.line_items] == ["Spoon/S of china", "Cup of china"]


def test_a_description_that_was_given_once_stays(desk: Desk) -> None:
    desk.entry.create(order("S-1", line(description="Engraved")))
    found = desk.changes.update("1001", change("S-1", line(quantity="5")))
    assert found.line_items[0].description == "Engraved"


def test_lines_that_were_added_at_sage_pros_screens_are_left_alone(entered: Desk) -> None:
    entered.sql(
        "INSERT INTO sotran (sono, tranlineno, transeq, item, qtyord, origqtyord, price, extprice, stkcode) VALUES "
        "('      1001', 3, '   3', 'FREIGHT', '1.0000', '1.0000', '4.9000', '4.90', 'N')"
    )
    found = entered.changes.update("1001", change("S-1", line("a", quantity="3")))
    assert [(item.line_no, item.item_code) for item in found.line_items] == [(1, "TEAPOT"), (3, "FREIGHT")]
    assert found.open_amount == Decimal("64.60")


def test_a_line_that_sage_pro_voided_is_not_revived_by_another_change(entered: Desk) -> None:
    entered.sql("UPDATE sotran SET sostat = 'V', qtyord = '0.0000', extprice = '0.00' WHERE tranlineno = 2")
    entered.sql("UPDATE somast SET ordamt = '39.80'")
    found = entered.changes.update("1001", change("S-1", line("a"), line("b", "CUP", "1", "5"), notes="Ring twice"))
    assert (found.notes, found.open_amount) == ("Ring twice", Decimal("39.80"))
    assert [item.void for item in found.line_items] == [False, True]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("purchase_order_no", "PO-9"),
        ("notes", "Ring twice"),
        ("ship_via", "DHL"),
        ("payment_terms", "Net 45"),
        ("external_order_number", "#77"),
        ("order_date", date(2026, 2, 20)),
        ("requested_date", date(2026, 3, 20)),
        ("tax_exempt_code", "EX-1"),
        ("location", "EAST"),
    ],
)
def test_each_member_of_the_header_can_change(entered: Desk, member: str, value: Any) -> None:
    own = {"location": "MAIN"} if member == "location" else {}
    new = change("S-1", line("a", **own), line("b", "CUP", "1", "5", **own), **{member: value})
    found = entered.changes.update("1001", new)
    assert getattr(found, member) == value
    assert found == entered.get("1001")
    assert entered.count()["tdhist"] == 1


def test_the_exemption_takes_the_tax_rate_away_and_gives_it_back(entered: Desk) -> None:
    both = (line("a"), line("b", "CUP", "1", "5"))
    entered.changes.update("1001", change("S-1", *both, tax_exempt_code="EX-1"))
    assert entered.sql("SELECT taxrate FROM somast UNION SELECT taxrate FROM sotran") == [("0.000",)]
    entered.changes.update("1001", change("S-1", *both))
    assert entered.sql("SELECT taxrate FROM somast UNION SELECT taxrate FROM sotran") == [("8.250",)]


def test_a_new_rate_moves_the_twins_of_every_line(desk: Desk) -> None:
    desk.entry.create(order("S-1", line(price="10"), currency="EUR", exchange_rate=Decimal("1.1")))
    desk.changes.update("1001", change("S-1", line(price="10"), currency="EUR", exchange_rate=Decimal("1.2")))
    assert desk.sql("SELECT ordamt, bordamt FROM somast") == [("20.00", "24.00")]
    assert desk.sql("SELECT extprice, bextpri FROM sotran") == [("20.00", "24.00")]


def test_case_093_a_held_order_is_released_once(desk: Desk) -> None:
    desk.entry.create(order(release=False))
    assert desk.value("SELECT release FROM somast") == "N"
    assert desk.changes.update("1001", change(release=True)).release
    assert desk.changes.update("1001", change(release=True)).release
    assert desk.count()["tdhist"] == 1
    assert not desk.changes.update("1001", change(release=False)).release  # nobody has begun yet


def test_an_order_on_credit_hold_is_not_released_by_asking_again(desk: Desk) -> None:
    mine = {"customer_no": "JONES01"}
    held = desk.entry.create(order("S-1", line(quantity="1", price="401"), **mine))
    assert desk.changes.update("1001", change("S-1", line(quantity="1", price="401"), **mine)) == held
    assert desk.count()["tdhist"] == 0
    smaller = desk.changes.update("1001", change("S-1", line(quantity="1", price="399"), **mine))
    assert smaller.release


def test_what_a_change_leaves_out_stays_as_sage_pros_people_set_it(desk: Desk) -> None:
    desk.entry.create(order())
    desk.sql("UPDATE somast SET shipvia = 'TRUCK', defloc = 'EAST', pterms = 'Net 60', pnet = 60")
    desk.sql("UPDATE sotran SET loctid = 'EAST', rqdate = '2026-04-01', descrip = 'Engraved'")
    found = desk.changes.update("1001", change(notes="Ring twice"))
    assert (found.ship_via, found.location, found.payment_terms) == ("TRUCK", "EAST", "Net 60")
    assert (found.requested_date, found.line_items[0].location) == (date(2026, 4, 1), "EAST")
    assert desk.value("SELECT lckuser FROM sotran") == ""
    found = desk.changes.update("1001", change("S-1", line(quantity="5"), notes="Ring twice"))
    item = found.line_items[0]
    assert (item.quantity, item.location, item.description) == (5, "EAST", "Engraved")
    assert (found.requested_date, desk.value("SELECT pnet FROM somast")) == (date(2026, 4, 1), 60)


@pytest.mark.parametrize("act", ["pick", "ship"])
def test_case_090_once_the_warehouse_has_begun_lines_stay_as_they_are(entered: Desk, act: str) -> None:
    getattr(entered, act)("1001", 1, "1.0000")
    before = (entered.get("1001"), entered.count())
    new = change("S-1", line("a", quantity="3"), line("c", "CUP", "1", "5", tax_amount=Decimal(1)))
    with pytest.raises(Conflict) as refused:
        entered.changes.update("1001", new)
    assert refused.value.code == "order-in-picking"
    assert fields(refused.value) == {
        "LineItems[a].Quantity": ("2.0000", "3"),
        "LineItems[b]": ("1.0000 x CUP", None),
        "LineItems[c]": (None, "1 x CUP"),
        "TaxAmount": ("0.00", "1"),
    }
    assert (entered.get("1001"), entered.count()) == before


def test_case_092_an_address_after_picking_began_is_refused(entered: Desk) -> None:
    entered.pick("1001", 1, "1.0000")
    new = change("S-1", line("a"), line("b", "CUP", "1", "5"), ship_to_address=Address(**{**ACME, "city": "Waco"}))
    with pytest.raises(Conflict) as refused:
        entered.changes.update("1001", new)
    assert fields(refused.value) == {"ShipToAddress.City": ("Austin", "Waco")}
    assert entered.value("SELECT city FROM soaddr") == "Austin"


def test_case_092_a_later_order_never_alters_the_address_of_an_earlier_one(entered: Desk) -> None:
    entered.entry.create(order("S-2", ship_to_address=Address(**{**ACME, "address1": "2 Oak St"})))
    entered.changes.update("1002", change("S-2", ship_to_address=Address(**{**ACME, "address1": "3 Fir St"})))
    assert entered.get("1001").ship_to_address.address1 == "1 Main St"
    assert entered.sql("SELECT cshipno, address1 FROM arcadr ORDER BY cshipno") == [
        ("1", "1 Main St"),
        ("2", "2 Oak St"),
        ("3", "3 Fir St"),
    ]
    assert (entered.get("1002").ship_to_no, entered.value("SELECT count(*) FROM soaddr")) == ("3", 2)


def test_after_picking_began_a_note_may_still_change_and_the_open_amount_is_the_warehouses(entered: Desk) -> None:
    entered.ship("1001", 1, "1.0000")
    new = change("S-1", line("a"), line("b", "CUP", "1", "5"), notes="Ring twice", purchase_order_no="PO-9")
    found = entered.changes.update("1001", new)
    assert (found.notes, found.open_amount, found.shipped_amount) == ("Ring twice", Decimal("24.90"), Decimal("19.90"))
    assert found.status == "partial"
    assert entered.value(ONORDER) == "125.00"


def test_a_bill_to_can_be_added_and_changed(entered: Desk) -> None:
    both = (line("a"), line("b", "CUP", "1", "5"))
    for name in ("Payer", "Other Payer"):
        found = entered.changes.update("1001", change("S-1", *both, bill_to_address=Address(company=name)))
        assert found.bill_to_address is not None
        assert found.bill_to_address.company == name
    assert entered.count()["tdaddr"] == 1


def test_a_lost_address_row_is_written_anew(entered: Desk) -> None:
    entered.sql("DELETE FROM soaddr")
    found = entered.changes.update("1001", change("S-1", line("a"), line("b", "CUP", "1", "5")))
    assert found.ship_to_address.city == "Austin"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"external_order_id": "S-9"}, "ExternalOrderId", "external-order-id-differs"),
        ({"sales_order_no": "1002"}, "SalesOrderNo", "number-differs"),
        ({"customer_no": "JONES01"}, "CustomerNo", "customer-differs"),
        ({"currency": "EUR", "exchange_rate": Decimal(1)}, "Currency", "currency-differs"),
        ({"total_amount": Decimal(1)}, "TotalAmount", "total-differs"),
        ({"ship_via": "V" * 13}, "ShipVia", "too-long"),
    ],
)
def test_what_a_change_may_not_be(entered: Desk, given: dict[str, Any], field: str, code: str) -> None:
    before = entered.get("1001")
    with pytest.raises(Faulty) as refused:
        entered.changes.update(
            "1001", change("S-1", line("a"), **given) if "external_order_id" not in given else change("S-9")
        )
    assert (field, code) in [(fault.field, fault.code) for fault in refused.value.faults]
    assert entered.get("1001") == before


def test_an_order_entered_in_sage_pro_itself_is_not_ours_to_change(entered: Desk) -> None:
    entered.sql("DELETE FROM tdorder")
    with pytest.raises(Conflict, match="entered in Sage Pro itself") as refused:
        entered.changes.update("1001", change("S-1"))
    assert refused.value.code == "order-not-linked"


@pytest.mark.parametrize("number", ["4711", "", " "])
def test_an_order_that_is_not_there(desk: Desk, number: str) -> None:
    with pytest.raises(NotFound, match="there is no sales order"):
        desk.changes.update(number, change())


@pytest.mark.parametrize("sostat", ["C", "V"])
def test_a_closed_order_stays_closed(entered: Desk, sostat: str) -> None:
    entered.sql("UPDATE somast SET sostat = ?", sostat)
    with pytest.raises(Conflict, match="use a return") as refused:
        entered.changes.update("1001", change("S-1", line("a")))
    assert refused.value.code == "order-closed"
    assert "LineItems[b]" in fields(refused.value)
    same = change("S-1", line("a"), line("b", "CUP", "1", "5"))
    assert entered.changes.update("1001", same).sales_order_no == "1001"  # nothing asked, nothing refused


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE somast SET lckstat = 'L'",
        "UPDATE sotran SET lckstat = 'L' WHERE tranlineno = 2",
        "UPDATE arcust SET lckstat = 'L'",
    ],
)
def test_a_record_in_use_is_answered_locked(entered: Desk, statement: str) -> None:
    entered.sql(statement)
    before = (entered.get("1001"), entered.count())
    with pytest.raises(Locked):
        entered.changes.update("1001", change("S-1", line("a", quantity="3")))
    assert (entered.get("1001"), entered.count()) == before


def test_a_line_that_moves_on_in_the_same_moment_is_not_overwritten(
    entered: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = guarded.update

    def picked_meanwhile(table: Any) -> Any:
        if table is entered.company.tables.sotran:
            return original(table).where(table.c.item == "ANOTHER")
        return original(table)

    monkeypatch.setattr(guarded, "update", picked_meanwhile)
    before = entered.count()
    with pytest.raises(Conflict) as refused:
        entered.changes.update("1001", change("S-1", line("a", quantity="3")))
    assert refused.value.code == "order-changed"
    assert entered.count() == before


def test_if_match_lets_only_the_order_pass_that_was_read(entered: Desk) -> None:
    tag = entered.get("1001").e_tag
    found = entered.changes.update("1001", change("S-1", line("a")), if_match=f'"{tag}"')
    with pytest.raises(PreconditionFailed):
        entered.changes.update("1001", change("S-1", line("a", quantity="9")), if_match=f'"{tag}"')
    assert entered.get("1001") == found


def test_two_changes_within_one_second_have_different_tags(entered: Desk) -> None:
    tags = {entered.changes.update("1001", change("S-1", line("a", quantity=str(n)))).e_tag for n in (3, 4, 5)}
    assert len(tags) == 3


def test_allocation_follows_the_change(entered: Desk) -> None:
    site = entered.under(allocate=True)
    site.changes.update("1001", change("S-1", line("a", quantity="5"), line("c", "CUP", "4", "5", location="MAIN")))
    found = dict(entered.sql("SELECT item, lsoaloc FROM iciloc WHERE loctid = 'MAIN'"))
    assert found["TEAPOT"] == "4.0000"  # 1 and 3 more; what was entered before the setting is not counted twice
    assert found["CUP"] == "4.0000"


def test_what_must_be_durable_with_the_change_is_written_with_it(entered: Desk) -> None:
    def record(connection: Connection, made: Sequence[tuple[int, SalesOrder]]) -> None:
        ((index, found),) = made
        values = {"caller": "t", "idemkey": f"k{index}", "etag": found.e_tag}
        connection.execute(insert(entered.company.tables.tdidem).values(values))

    outcomes = entered.changes.update_many(
        [
            ("1001", change("S-1", line("a", quantity="3")), None, ""),
            ("4711", change("S-1"), None, ""),
            ("1001", change("S-1", line("a", quantity="4")), None, ""),
        ],
        record,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["SalesOrder", "NotFound", "SalesOrder"]
    assert entered.sql("SELECT idemkey FROM tdidem ORDER BY idemkey") == [("k0",), ("k2",)]
