"""Stock in both systems, with differences of every kind planted, through the flow that finds them."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from prefect.artifacts import Artifact

from flows.inventory import Options as Drain
from flows.inventory import inventory
from flows.inventory_reconciliation import Options, inventory_reconciliation
from tandem.errors import Unavailable
from tandem.sandbox.shop.tables import INVENTORY, PRODUCTS
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tests.flows.stack import Stack

D = Decimal
LONG_AGO = "2026-01-05T10:00:00-06:00"
WIDE = Options(each=D(20), share=D("0.9"), total=D(100))


async def sweep() -> dict[str, int]:
    return await inventory(Drain(live=False))


def shop_shows(
    line: Stack, sku: str, available: int | None = None, location: str = "MAIN", *, now: bool = False
) -> None:
    """Somebody changes what the shop shows, and long ago unless it is now."""
    with line.shop.writing() as tx:
        (product,) = tx.where(PRODUCTS, "sku", [sku])
        key = f"{sku}|MAIN"
        record = tx.find(INVENTORY, key)
        made = record or {"inventoryId": key, "version": 0, "sku": sku, "locationId": "MAIN", "available": D(0)}
        made |= {"productId": product["productId"], "version": made["version"] + 1}
        made |= {"updatedDate": tx.stamp if now else LONG_AGO}
        if available is not None:
            made["available"] = D(available)
        (tx.save if record else tx.add)(INVENTORY, made)


def settle_down(line: Stack) -> None:
    """Time passes: whatever stands in either system was changed long ago."""
    with line.shop.reading() as tx:
        skus = [row["sku"] for row in tx.where(INVENTORY, "locationId", ["MAIN"])]
    for sku in skus:
        shop_shows(line, sku)
    line.plain("update iciloc set lckdate = '2026-01-05', adddate = '2026-01-05'")


async def test_both_sides_in_step_differ_nowhere(line: Stack) -> None:
    await sweep()
    settle_down(line)
    facts = await inventory_reconciliation()
    assert (facts["sagepro"], facts["clarity"], facts["differing"], facts["kinds"]) == (4, 4, 0, {})
    assert not (Path(facts["csv"]).parent / "pictures").exists(), "pictures go with the run"
    assert line.store.alerts.pending() == []


def plant(line: Stack) -> None:
    """One difference of each kind, and one item in step."""
    new = [
        NewItem(item=item, name=item, price=D(1), stock=D(stock), places=places)
        for item, stock, places in [
            ("FEW", 5, ("MAIN",)), ("WILD", 3, ("WEST",)), ("ODD", 4, ("MAIN",)), ("LATE", 9, ("MAIN",)),
            ("WAIT", 9, ("MAIN",)), ("SOLD", 9, ("MAIN",)), ("NONE", 9, ("MAIN",)),
        ]
    ]  # fmt: skip
    with line.screens() as page:
        enter_items(page, new)
    line.plain("update icitem set itemstat = 'Z' where rtrim(item) = 'ODD'")
    goods = [{"sku": sku, "unitPrice": D(1)} for sku in ("FEW", "WILD", "ODD", "LATE", "WAIT", "SOLD", "GHOST")]
    line.shop.add_products([*goods, {"sku": "DOZEN", "unitPrice": D(1), "unit": "case of 12"}])
    with line.screens() as page:
        enter_items(page, [NewItem(item="DOZEN", name="Dozen", price=D(1), stock=D(240))])
    settle_down(line)
    shop_shows(line, "ABC-1", 990)
    shop_shows(line, "DOZEN", 240)
    shop_shows(line, "GHOST", 2)
    shop_shows(line, "LATE", 8, now=True)
    shop_shows(line, "WAIT", 8)
    shop_shows(line, "SOLD", 9)
    line.event("stock.updated", "WAIT|MAIN", entity="stock")
    take(line, "SOLD", 2)


def take(line: Stack, sku: str, quantity: int, *, ago: timedelta = timedelta(minutes=1)) -> None:
    """An order that is not in Sage Pro's books has taken some."""
    from tandem.store.demand import demand

    row = {"connection": "main", "company": "01", "entity": "order", "key": f"o-{sku}", "line": "1", "sku": sku}
    row |= {"location": "", "quantity": D(quantity), "version": None, "taken_at": datetime.now(UTC) - ago}
    line.store.database.write(lambda tx: tx.execute(demand.insert(), [row]))


FOUND = {
    ("ABC-1", "drift", "990", "1000"),
    ("DOZEN", "unit", "240", "20"),
    ("FEW", "missing in shop", "", "5"),
    ("GHOST", "missing in Sage Pro", "2", ""),
    ("WILD", "unmapped location", "", ""),
    ("ODD", "not understood", "", ""),
    ("LATE", "lag", "8", "9"),
    ("WAIT", "in flight", "8", "9"),
    ("SOLD", "in flight", "9", "7"),
}


def read(facts: dict[str, Any]) -> dict[str, dict[str, str]]:
    with Path(facts["csv"]).open(encoding="utf-8-sig", newline="") as file:
        return {row["item"]: row for row in csv.DictReader(file)}


async def test_every_kind_of_difference_is_found_and_told_by_its_name(line: Stack) -> None:
    await sweep()
    plant(line)
    facts = await inventory_reconciliation()
    rows = read(facts)
    assert {(i, r["what it is"], r["shop shows"], r["should show"]) for i, r in rows.items()} == FOUND
    assert facts["not_sold"] == 1, "NONE is no product of the shop"
    assert facts["announced"] == 0, "nobody set a limit"
    assert "'WEST' is not in lookup locations" in rows["WILD"]["why"]
    assert rows["ABC-1"]["why"] == "no limits are set within which corrections may be made"
    held = {item for item, row in rows.items() if row["decision"] == "held for a person"}
    assert held == {"ABC-1", "DOZEN", "FEW", "GHOST", "WILD", "ODD"}
    assert "DOZEN at MAIN" in Path(facts["picture"]).read_text(encoding="utf-8")
    (alert,) = [a for a in line.store.alerts.pending() if a.key == "inventory-reconciliation"]
    assert "stock differs at 6 places" in alert.title
    table = await Artifact.get("tandem-main-stock-differences")
    assert table is not None
    assert "missing in Sage Pro" in str(table.data)


async def test_a_difference_greater_than_what_is_on_its_way_is_drift(line: Stack) -> None:
    await sweep()
    plant(line)
    shop_shows(line, "SOLD", 30)
    rows = read(await inventory_reconciliation())
    assert (rows["SOLD"]["what it is"], rows["SOLD"]["should show"]) == ("drift", "7")
    assert "one side changed just before" in rows["LATE"]["why"]


async def test_what_was_taken_long_ago_hides_no_drift(line: Stack) -> None:
    """An order may be held for days; its goods were published as sold within minutes, and what differs is drift."""
    await sweep()
    settle_down(line)
    for sku, ago in (("ABC-1", timedelta(days=3)), ("ABC-2", timedelta(minutes=2))):
        take(line, sku, 5, ago=ago)
    assert {sku: row["what it is"] for sku, row in read(await inventory_reconciliation()).items()} == {
        "ABC-1": "drift",
        "ABC-2": "in flight",
    }
    decided(line, "ABC-1|MAIN", datetime.now(UTC) - timedelta(days=4))
    rows = read(await inventory_reconciliation())
    assert rows["ABC-1"]["what it is"] == "in flight", "nothing was published since it was taken"
    shop_shows(line, "ABC-1", 1001)
    assert read(await inventory_reconciliation())["ABC-1"]["what it is"] == "drift", "that is more than was taken"


def decided(line: Stack, key: str, moment: datetime) -> None:
    """The stock was published at that moment, and never since."""
    from tandem.store.tables import records

    line.store.database.write(
        lambda tx: tx.execute(records.update().where(records.c.key == key).values(updated_at=moment))
    )


async def test_a_stamp_from_a_clock_whose_year_is_wrong_hides_no_drift(line: Stack) -> None:
    await sweep()
    settle_down(line)
    shop_shows(line, "ABC-1", 990)
    line.plain("update iciloc set lckdate = '2099-01-05' where rtrim(item) = 'ABC-1'")
    assert read(await inventory_reconciliation())["ABC-1"]["what it is"] == "drift"


async def test_corrections_inside_the_limits_go_down_the_ordinary_line(line: Stack) -> None:
    await sweep()
    plant(line)
    facts = await inventory_reconciliation(WIDE)
    rows = read(facts)
    corrected = {item for item, row in rows.items() if row["decision"] == "is corrected"}
    assert corrected == {"ABC-1", "FEW"}
    assert facts["announced"] == 2
    assert "more than the 20 that one item may be corrected by" in rows["DOZEN"]["why"]
    assert shown(line, "ABC-1") == 990, "announced and not written: that is the line's"
    await sweep()
    assert (shown(line, "ABC-1"), shown(line, "FEW"), shown(line, "DOZEN")) == (1000, 5, 240), (
        "what is held is not written"
    )


def shown(line: Stack, sku: str) -> int:
    with line.shop.reading() as tx:
        record = tx.find(INVENTORY, f"{sku}|MAIN")
    assert record is not None
    return int(record["available"])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (Options(each=D(20), share=D("0.1"), total=D(100)), "more than the share of 0.1"),
        (Options(each=D(20), share=D("0.9"), total=D(14)), "add up to 15, and 14 may be corrected"),
        (Options(each=D(20), share=D("0.9"), total=D(100), only_look=True), "no limits are set"),
    ],
)
async def test_beyond_the_limits_of_a_run_all_is_held(line: Stack, options: Options, why: str) -> None:
    await sweep()
    plant(line)
    facts = await inventory_reconciliation(options)
    assert facts["announced"] == 0
    assert why in facts["refusal"]
    assert read(facts)["ABC-1"]["decision"] == "held for a person"


async def test_a_record_that_the_shop_lost_is_made_again(line: Stack) -> None:
    await sweep()
    settle_down(line)
    with line.shop.writing() as tx:
        tx.connection.execute(INVENTORY.table.delete().where(INVENTORY.table.c.inventoryId == "ABC-1|MAIN"))
    facts = await inventory_reconciliation(Options(each=D(2000), share=D("0.9"), total=D(5000)))
    assert (list(facts["kinds"]), facts["announced"]) == (["missing in shop"], 1)
    assert await sweep() == {"stock APPLIED": 1}
    assert shown(line, "ABC-1") == 1000


@pytest.mark.parametrize("side", ["shop", "company"])
async def test_a_list_that_breaks_off_is_an_error_and_no_smaller_picture(line: Stack, side: str) -> None:
    await sweep()
    settle_down(line)
    if side == "shop":
        line.break_shop({"requests": [{"path": "/inventory", "status": 500}]})
    else:
        line.cut.app = broken_at_inventory(line.cut.app)
    with pytest.raises(Unavailable):
        await inventory_reconciliation(WIDE)
    assert list((line.settings.home / "reconciliation").rglob("*.csv")) == []


def broken_at_inventory(app: Any) -> Any:
    """The gateway answers, but not for stock."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/inventory"):
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    return answer


async def held_letter(line: Stack) -> int:
    """Somebody made the shop show 12 too many; no limits are set, so a person must decide."""
    await sweep()
    settle_down(line)
    shop_shows(line, "ABC-1", 1012)
    assert (await inventory_reconciliation())["held"] == 1
    (letter,) = line.store.letters.list(entity="stock")
    return letter.id


def shows(line: Stack) -> int:
    with line.shop.reading() as tx:
        return int(tx.need(INVENTORY, "ABC-1|MAIN")["available"])


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_held_correction_is_a_letter_and_its_acceptance_makes_just_it_and_once(line: Stack) -> None:
    assert (await inventory_reconciliation(Options(only_look=True)))["differing"] == 0
    number = await held_letter(line)
    letter = line.store.letters.show(number)
    assert "the shop shows 1012, 1000 would be published" in letter.reason
    assert letter.document == {"shown": "1012", "expected": "1000", "kind": "drift"}
    await inventory_reconciliation()
    assert len(line.store.letters.list()) == 1, "it lies there already"
    assert line.store.letters.replay([number], "ann", now()) == 0, (
        "it is accepted, or refused; there is nothing to replay"
    )
    assert line.store.letters.replay([number], "ann", now(), approve=True) == 1
    assert line.store.letters.replay([number], "ann", now(), approve=True) == 0
    assert await sweep() == {"stock APPLIED": 1}
    assert (shows(line), line.store.letters.list()) == (1000, [])
    assert line.store.letters.show(number).closed_how == "accepted by ann"


async def test_an_accepted_correction_whose_figures_have_moved_is_not_made(line: Stack) -> None:
    number = await held_letter(line)
    shop_shows(line, "ABC-1", 1011, now=True)
    line.store.letters.replay([number], "ann", now(), approve=True)
    assert await sweep() == {"stock HELD": 1}
    assert shows(line) == 1011
    (letter,) = line.store.letters.list()
    assert "by now the shop shows 1011 and 1000 would be" in letter.reason


async def test_a_refused_correction_is_not_asked_again_until_its_figures_change(line: Stack) -> None:
    number = await held_letter(line)
    with pytest.raises(ValueError, match="approve them, or give them up"):
        line.store.letters.edit(number, {"shown": "1"}, "ann", now())
    line.store.letters.give_up(number, "these are in the show room", "ann")
    await inventory_reconciliation()
    assert (line.store.letters.list(), shows(line)) == ([], 1012)
    shop_shows(line, "ABC-1", 1013)
    await inventory_reconciliation()
    (letter,) = line.store.letters.list()
    assert letter.document is not None
    assert letter.document["shown"] == "1013"
    shop_shows(line, "ABC-1", 1000)
    await inventory_reconciliation()
    assert line.store.letters.list() == [], "what differs no more leaves the desk"
