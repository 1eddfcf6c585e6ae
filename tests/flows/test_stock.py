"""Stock from Sage Pro to the shop: what is published, what is refused, and what comes back."""

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.inventory import Options, inventory
from tandem.entities import System
from tandem.entities.state import State
from tandem.entities.stock import STOCK
from tandem.line.connection import connect
from tandem.line.rehearse import rehearse
from tandem.sandbox.shop import ShopError
from tandem.sandbox.shop.tables import INVENTORY, ORDERS
from tandem.sandbox.warehouse import stock as shelf
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tandem.settings import settings
from tandem.store import Event
from tandem.values import utc_now
from tests.flows.stack import Stack


async def sweep() -> dict[str, int]:
    return await inventory(Options(live=False))


def levels(line: Stack) -> dict[str, tuple[int, int]]:
    """What the shop may sell, and at which version, by its own key."""
    with line.shop.reading() as tx:
        from tandem.sandbox.shop.tables import INVENTORY

        rows = tx.where(INVENTORY, "sku", ["ABC-1", "ABC-2", "ABC-3", "CASE", "KIT", "NEW", "TWO"])
    return {row["inventoryId"]: (int(row["available"]), row["version"]) for row in rows}


def available(line: Stack, key: str) -> int:
    return levels(line)[key][0]


def told(line: Stack, key: str, number: int, *, version: str | None = None) -> None:
    """The watcher says that a level has changed."""
    event = Event(
        connection="main", company="01", source=System.SAGEPRO, event_id=f"w:{key}:{number}", entity="stock",
        event_type="stock.updated", key=key, version=version, received_at=utc_now(),
    )  # fmt: skip
    line.store.inbox.put([event])


def rows(line: Stack, item: str, **columns: Any) -> None:
    """Write to the tables as a batch import does: no stamp, no event."""
    values = ", ".join(f"{name} = {value}" for name, value in columns.items())
    line.plain(f"update iciloc set {values} where rtrim(item) = '{item}'")


async def test_stock_reaches_the_shop_and_a_resync_changes_nothing(line: Stack) -> None:
    assert (await sweep())["stock APPLIED"] == 4, line.reasons()
    assert levels(line) == {f"{sku}|MAIN": (1000, 1) for sku in ("ABC-1", "ABC-2", "ABC-3", "CASE")}
    told(line, "ABC-1|MAIN", 1)
    assert await sweep() == {"stock NOOP": 1}
    assert levels(line)["ABC-1|MAIN"] == (1000, 1)


async def test_case_139_more_allocated_than_there_is_publishes_nothing(line: Stack) -> None:
    rows(line, "ABC-1", lonhand=5, lsoaloc=7)
    await sweep()
    assert available(line, "ABC-1|MAIN") == 0


async def test_case_140_a_receipt_does_not_publish_what_is_allocated(line: Stack) -> None:
    rows(line, "ABC-1", lonhand=30, lsoaloc=29)
    with line.screens() as page:
        page.change("iciqty", {"item": "ABC-1", "loctid": "MAIN"}, qonhand=Decimal(30))
    await sweep()
    assert available(line, "ABC-1|MAIN") == 1
    with line.screens() as page:
        shelf.receive(page, "ABC-1", "MAIN", Decimal(50))
    await sweep()
    assert available(line, "ABC-1|MAIN") == 51


async def test_case_141_sold_stock_never_returns_on_its_way_to_sage_pro(line: Stack) -> None:
    await sweep()
    seen = [available(line, "ABC-1|MAIN")]

    async def publish(number: int) -> None:
        told(line, "ABC-1|MAIN", number)
        await sweep()
        seen.append(available(line, "ABC-1|MAIN"))

    order = line.order({"sku": "ABC-1", "quantity": 3})  # nobody told of it: the stock's own run must hear of it
    seen.append(available(line, "ABC-1|MAIN"))
    await publish(1)
    line.event("order.created", order["orderId"])
    await publish(2)
    await line.run()
    await publish(3)
    line.ship()
    await publish(4)
    assert seen == [1000, 997, 997, 997, 997, 997], line.reasons()


async def test_case_142_the_last_piece_is_never_published_again(line: Stack) -> None:
    line.shop.change_product("ABC-1", {"allowBackorder": True})
    rows(line, "ABC-1", lonhand=1)
    await sweep()
    assert available(line, "ABC-1|MAIN") == 1
    for number in range(2):
        line.event("order.created", line.order({"sku": "ABC-1"})["orderId"])
        told(line, "ABC-1|MAIN", number)
        await sweep()
        assert available(line, "ABC-1|MAIN") <= 0
    assert (await line.run())["order APPLIED"] == 2, "both are taken"
    told(line, "ABC-1|MAIN", 9)
    await sweep()
    assert available(line, "ABC-1|MAIN") == 0


async def test_a_sale_between_the_look_and_the_write_is_not_overwritten(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sweep()
    from tandem.line import beside

    hear, sold = beside.hear, []

    async def busy(*args: Any) -> int:
        heard = await hear(*args)
        if not sold:
            sold.append(line.order({"sku": "ABC-1", "quantity": 4}))
        return heard

    monkeypatch.setattr(beside, "hear", busy)
    rows(line, "ABC-1", lonhand=2000)
    told(line, "ABC-1|MAIN", 1)
    assert await sweep() == {"stock APPLIED": 1}, line.reasons()
    assert sold
    assert available(line, "ABC-1|MAIN") == 1996


async def test_what_is_sold_before_every_write_comes_back_by_its_timer(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sweep()
    from tandem.line import beside

    hear = beside.hear

    async def busy(*args: Any) -> int:
        heard = await hear(*args)
        line.order({"sku": "ABC-1"})
        return heard

    monkeypatch.setattr(beside, "hear", busy)
    rows(line, "ABC-1", lonhand=2000)
    told(line, "ABC-1|MAIN", 1)
    assert await sweep() == {"stock RETRY": 1}
    monkeypatch.setattr(beside, "hear", hear)
    line.make_due()
    assert (await sweep())["stock APPLIED"] == 1
    assert available(line, "ABC-1|MAIN") == 1996


async def test_case_143_an_older_message_after_a_newer_one_is_stale(line: Stack) -> None:
    await sweep()
    now = utc_now()
    told(line, "ABC-1|MAIN", 1, version=(now - timedelta(days=1)).isoformat())
    assert await sweep() == {"stock STALE": 1}
    rows(line, "ABC-1", lonhand=990)  # an import that stamps nothing: the content is news whatever the stamp says
    told(line, "ABC-1|MAIN", 2, version=(now - timedelta(days=1)).isoformat())
    assert await sweep() == {"stock APPLIED": 1}
    assert available(line, "ABC-1|MAIN") == 990


async def test_case_145_an_unmapped_location_is_refused_and_others_go_on(line: Stack) -> None:
    with line.screens() as page:
        enter_items(
            page,
            [NewItem(item="NEW", name="New", price=Decimal(1), stock=Decimal(7), places=("MAIN", "WEST"))],
        )
    line.shop.add_product({"sku": "NEW", "unitPrice": "1.00"})
    tally = await sweep()
    assert tally == {"stock APPLIED": 5, "stock HELD": 1}
    assert "'WEST' is not in lookup locations" in line.reasons()["stock NEW|WEST HELD"]
    assert line.record("stock", "NEW|WEST").fault == "configuration"
    assert available(line, "NEW|MAIN") == 7


@pytest.mark.parametrize("status", ["I", "D"])
async def test_case_146_a_blocked_or_discontinued_item_has_none_to_sell(line: Stack, status: str) -> None:
    await sweep()
    line.plain(f"update icitem set itemstat = '{status}' where rtrim(item) = 'ABC-1'")
    told(line, "ABC-1|MAIN", 1)
    assert await sweep() == {"stock APPLIED": 1}
    assert available(line, "ABC-1|MAIN") == 0
    line.plain("update icitem set itemstat = 'A' where rtrim(item) = 'ABC-1'")
    told(line, "ABC-1|MAIN", 2)
    await sweep()
    assert available(line, "ABC-1|MAIN") == 1000


async def test_case_150_a_full_resync_right_after_the_deltas_reports_no_change(line: Stack) -> None:
    await sweep()
    with line.screens() as page:
        shelf.receive(page, "ABC-2", "MAIN", Decimal(5))
    told(line, "ABC-2|MAIN", 1)
    await sweep()
    before = levels(line)
    for number, sku in enumerate(("ABC-1", "ABC-2", "ABC-3", "CASE"), 10):
        told(line, f"{sku}|MAIN", number)
    assert await sweep() == {"stock NOOP": 4}
    assert levels(line) == before


async def test_case_134_a_sku_is_matched_without_case(line: Stack) -> None:
    with line.screens() as page:
        enter_items(page, [NewItem(item="NEW", name="New", price=Decimal(1), stock=Decimal(7))])
    line.shop.add_product({"sku": "new", "unitPrice": "1.00"})
    await sweep()
    with line.shop.reading() as tx:
        from tandem.sandbox.shop.tables import INVENTORY

        assert tx.need(INVENTORY, "new|MAIN")["available"] == 7


async def test_case_144_an_item_that_sage_pro_dropped_is_sold_no_longer(line: Stack) -> None:
    await sweep()
    line.plain("delete from iciloc where rtrim(item) = 'ABC-3'")
    told(line, "ABC-3|MAIN", 1)
    assert await sweep() == {"stock APPLIED": 1}
    assert available(line, "ABC-3|MAIN") == 0
    told(line, "NONE|MAIN", 2)
    told(line, "no key at all", 3)
    tally = await sweep()
    assert tally == {"stock PARKED": 1, "stock SKIPPED": 1}


async def test_case_148_an_item_that_the_shop_lacks_is_left_aside_with_the_reason(line: Stack) -> None:
    with line.screens() as page:
        enter_items(page, [NewItem(item="NEW", name="New", price=Decimal(1), stock=Decimal(7))])
    assert (await sweep())["stock SKIPPED"] == 1
    assert line.record("stock", "NEW|MAIN").reason == "the shop has no product NEW"
    line.shop.add_product({"sku": "NEW", "unitPrice": "1.00"})
    told(line, "NEW|MAIN", 1)
    assert await sweep() == {"stock APPLIED": 1}, "it is there by now"


async def test_case_151_ten_thousand_changes_are_one_write_for_each_item(line: Stack) -> None:
    await sweep()
    events = [
        Event(
            connection="main", company="01", source=System.SAGEPRO, event_id=f"flood:{number}", entity="stock",
            event_type="stock.updated", key=f"ABC-{number % 3 + 1}|MAIN", received_at=utc_now(),
        )
        for number in range(10_000)
    ]  # fmt: skip
    line.store.inbox.put(events)
    rows(line, "ABC-1", lonhand=4)
    assert await sweep() == {"stock APPLIED": 1, "stock NOOP": 2}
    assert levels(line)["ABC-1|MAIN"] == (4, 2)


async def test_the_shops_own_word_of_our_write_changes_nothing(line: Stack) -> None:
    await sweep()
    from tandem.ingress.routing import event_of
    from tandem.values import dumps

    body = {"type": "inventory.updated", "data": {"inventoryId": "ABC-1|MAIN", "version": 1, "available": 1000}}
    echo = event_of(dumps(body).encode(), system=System.CLARITY, event_id="e1", settings=line.settings, now=utc_now())
    line.store.inbox.put([echo])
    assert await sweep() == {}
    assert levels(line)["ABC-1|MAIN"] == (1000, 1)


async def test_a_write_whose_answer_was_cut_is_settled_by_what_the_shop_has(line: Stack) -> None:
    line.break_shop({"requests": [{"what": "cutAfter", "method": "PUT", "path": "/inventory", "times": 1}]})
    tally = await sweep()
    assert (tally["stock APPLIED"], tally["stock UNKNOWN"]) == (3, 1)
    line.make_due()
    assert (await sweep())["stock NOOP"] >= 1
    assert {version for _, version in levels(line).values()} == {1}, "it was not written twice"


@pytest.fixture
def kits(line: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A site whose KIT is made of two of ABC-1, one of ABC-2 and four of ABC-3."""
    mappings = tmp_path / "mappings"
    shutil.copytree(line.settings.mappings, mappings)
    recipe = "values: {KIT: 2 x ABC-1 + 1 x ABC-2 + 4 x ABC-3}\notherwise: {value: ''}\n"
    (mappings / "lookups" / "kits.yaml").write_text(recipe, encoding="utf-8")
    monkeypatch.setenv("TANDEM_MAPPINGS", str(mappings))
    settings.cache_clear()
    for item, there in (("ABC-1", 25), ("ABC-2", 9), ("ABC-3", 40)):
        rows(line, item, lonhand=there)
    with line.screens() as page:
        enter_items(page, [NewItem(item="KIT", name="Kit", price=Decimal(99))])
    line.shop.add_product({"sku": "KIT", "unitPrice": "99.00"})
    return line


async def test_case_147_kits_follow_their_parts_and_parts_their_kits(kits: Stack) -> None:
    line = kits
    await sweep()
    assert available(line, "KIT|MAIN") == 9
    rows(line, "ABC-2", lonhand=5)
    told(line, "ABC-2|MAIN", 1)
    assert await sweep() == {"stock APPLIED": 2}, "the part, and the kit that it is in"
    assert (available(line, "ABC-2|MAIN"), available(line, "KIT|MAIN")) == (5, 5)
    line.event("order.created", line.order({"sku": "KIT", "quantity": 2})["orderId"])
    await line.run()
    told(line, "KIT|MAIN", 2)
    await sweep()
    assert {key: number for key, (number, _) in levels(line).items() if not key.startswith("CASE")} == {
        "KIT|MAIN": 3,
        "ABC-1|MAIN": 21,
        "ABC-2|MAIN": 3,
        "ABC-3|MAIN": 32,
    }


async def test_a_dry_run_says_what_it_would_write_and_stores_nothing(kits: Stack) -> None:
    line = kits
    line.order({"sku": "ABC-1", "quantity": 2})
    route = STOCK.route(System.SAGEPRO)
    async with connect(settings(), owner="dry") as connection:
        found = await connection.connectors[System.SAGEPRO].read("inventory", ["ABC-1|MAIN"])
        batch = await rehearse(connection, STOCK, route, [record for record in found.values() if record])
    (cargo,) = batch.cargo
    assert cargo.payload == {"available": 25, "expectedVersion": 0}, "the order was not heard of, and is not"
    assert line.store.status().counts.get("main", {}) == {}
    assert levels(line) == {}


async def test_a_kit_that_was_taken_and_is_given_up_gives_its_parts_back(kits: Stack) -> None:
    """Sage Pro never heard of the order: no change over there would have the parts told again."""
    line = kits
    await sweep()
    order = line.order({"sku": "KIT", "quantity": 2}, planted={"totalAmount": "1.00"})
    line.event("order.created", order["orderId"])
    await line.run()
    assert line.record("order", order["orderId"]).state is State.HELD
    await sweep()
    assert available(line, "ABC-1|MAIN") == 21, "told while it stays taken"
    assert available(line, "KIT|MAIN") == 7
    (letter,) = [letter for letter in line.store.letters.list() if letter.entity == "order"]
    line.store.letters.give_up(letter.id, "a mistake", "ann", letter.updated_at)
    await line.run()  # the run of stock has heard of the order too: what waits of it keeps what is taken
    await sweep()
    assert (available(line, "ABC-1|MAIN"), available(line, "KIT|MAIN")) == (25, 9)


@pytest.fixture
def two_places(line: Stack) -> Stack:
    """Goods that lie in two places, as many in each: the shop takes them from the other one than the plan does."""
    with line.screens() as page:
        enter_items(
            page, [NewItem(item="TWO", name="Two", price=Decimal(1), stock=Decimal(7), places=("MAIN", "EAST"))]
        )
    line.shop.add_product({"sku": "TWO", "unitPrice": "1.00"})
    return line


async def test_what_the_shop_puts_back_where_it_took_it_is_not_offered_there(two_places: Stack) -> None:
    line = two_places
    await sweep()
    order = line.order({"sku": "TWO", "quantity": 3})
    assert (available(line, "TWO|EAST"), available(line, "TWO|MAIN")) == (4, 7), "the shop takes from one place"
    line.event("order.created", order["orderId"])
    await line.run()
    await sweep()
    assert (available(line, "TWO|EAST"), available(line, "TWO|MAIN")) == (7, 4), "and Sage Pro from the other"
    line.shop.cancel(order["orderId"])
    assert available(line, "TWO|EAST") == 10
    line.event("order.cancelled", order["orderId"])
    await line.run()
    told(line, "TWO|MAIN", 1)  # there the watcher saw a change
    await sweep()
    assert (available(line, "TWO|EAST"), available(line, "TWO|MAIN")) == (7, 7)


async def test_what_the_shop_takes_for_an_order_from_before_the_first_figure_is_put_right(two_places: Stack) -> None:
    """The demo's finding: an order is there before the first figure, and is changed in the shop after it."""
    line = two_places
    order = line.order({"sku": "TWO", "quantity": 3})
    line.event("order.created", order["orderId"])
    await line.run()
    await sweep()
    assert (available(line, "TWO|EAST"), available(line, "TWO|MAIN")) == (7, 4)
    line.shop.set_stock("TWO", "EAST", 4)  # a shop that takes it now, for it counted nothing before
    line.shop.change_address(order["orderId"], {"address1": "2 Main Street"})
    line.event("order.updated", order["orderId"])
    await line.run()
    await sweep()
    assert (available(line, "TWO|EAST"), available(line, "TWO|MAIN")) == (7, 4)


async def test_a_sale_before_the_first_figure_is_counted_in_the_same_pass(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goods without a record are not counted: the shop sells them between the look and the write, and takes nothing."""
    from tandem.line import beside

    hear, looks = beside.hear, list[dict[str, Any]]()

    async def busy(*args: Any) -> int:
        heard = await hear(*args)
        if not looks:
            line.order({"sku": "ABC-1", "quantity": 4})
        looks.append({})
        return heard

    monkeypatch.setattr(beside, "hear", busy)
    assert (await sweep())["stock APPLIED"] == 4, line.reasons()
    assert levels(line)["ABC-1|MAIN"] == (996, 2)
    assert levels(line)["ABC-2|MAIN"] == (1000, 1), "what nobody bought is looked at, and not written twice"
    assert len(looks) == 2, "for all of them at once"


async def test_two_runs_that_make_the_first_figure_make_one_record(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tandem.line import beside

    hear, first = beside.hear, []

    async def other(*args: Any) -> int:
        if not first:
            first.append(line.shop.put_inventory("ABC-1|MAIN", {"available": 700, "expectedVersion": 0}))
        return await hear(*args)

    monkeypatch.setattr(beside, "hear", other)
    assert (await sweep())["stock APPLIED"] == 4, line.reasons()
    assert levels(line)["ABC-1|MAIN"] == (1000, 2), "the second found the record of the first, and decided again"


async def test_a_write_that_lands_after_its_successor_does_no_harm(line: Stack) -> None:
    """It timed out, and meanwhile what the shop shows became right: nothing is left to write but the version."""
    await sweep()
    rows(line, "ABC-1", lonhand=2000)
    told(line, "ABC-1|MAIN", 1)
    line.break_shop({"requests": [{"what": "cutBefore", "method": "PUT", "path": "/inventory", "times": 1}]})
    assert await sweep() == {"stock UNKNOWN": 1}
    rows(line, "ABC-1", lonhand=1000)
    line.make_due()
    assert await sweep() == {"stock APPLIED": 1}
    assert levels(line)["ABC-1|MAIN"] == (1000, 2)
    with pytest.raises(ShopError, match="is at version 2 by now"):
        line.shop.put_inventory("ABC-1|MAIN", {"available": 2000, "expectedVersion": 1})


@pytest.mark.parametrize("stamp", ["2031-01-01T10:00:00-06:00", "now"])
async def test_case_141_an_order_is_heard_whatever_stamps_came_before_it(line: Stack, stamp: str) -> None:
    """One from a clock that is years ahead; and one whose transaction took half a minute."""
    await sweep()
    order = line.order({"sku": "ABC-2", "quantity": 1})
    late = line.order({"sku": "ABC-1", "quantity": 3})
    with line.shop.writing() as tx:
        hidden = tx.need(ORDERS, late["orderId"])
        tx.connection.execute(ORDERS.table.delete().where(ORDERS.table.c.orderId == late["orderId"]))
        if stamp != "now":
            tx.save(ORDERS, tx.need(ORDERS, order["orderId"]) | {"updatedDate": stamp})
    told(line, "ABC-2|MAIN", 1)
    await sweep()
    with line.shop.writing() as tx:
        begun = (utc_now() - timedelta(seconds=30)).isoformat()
        tx.add(ORDERS, hidden | ({"updatedDate": begun} if stamp == "now" else {}))
    told(line, "ABC-1|MAIN", 2)
    await sweep()
    assert available(line, "ABC-1|MAIN") == 997


async def test_what_was_given_up_is_told_again_once_orders_at_the_screen_take_of_it(line: Stack) -> None:
    """Only SOTRAN moves: ICILOC bears the stamp that it had."""
    await sweep()
    line.shop.change_product("ABC-1", {"unit": "crate"})
    told(line, "ABC-1|MAIN", 1)
    assert await sweep() == {"stock HELD": 1}
    (letter,) = line.store.letters.list(entity="stock")
    line.store.letters.give_up(letter.id, "not now", "ann", letter.updated_at)
    line.shop.change_product("ABC-1", {"unit": "each"})
    told(line, "ABC-1|MAIN", 2)
    assert await sweep() == {"stock SKIPPED": 1}, "nothing has changed"
    line.event("order.created", line.order({"sku": "ABC-1", "quantity": 1})["orderId"])
    await line.run()
    line.plain("update sotran set qtyord = 900 where rtrim(item) = 'ABC-1'")
    told(line, "ABC-1|MAIN", 3)
    await sweep()
    assert available(line, "ABC-1|MAIN") == 100, line.reasons()


@pytest.mark.parametrize("code", ["MUG", "mug", "Müg"])
async def test_what_an_order_took_comes_back_however_sage_pro_spells_the_code(line: Stack, code: str) -> None:
    with line.screens() as page:
        enter_items(page, [NewItem(item=code, name="Mug", price=Decimal(1), stock=Decimal(7))])
    line.shop.add_product({"sku": code, "unitPrice": "1.00"})
    await sweep()
    order = line.order({"sku": code, "quantity": 3}, planted={"totalAmount": "1.00"})
    line.event("order.created", order["orderId"])
    await line.run()
    await sweep()
    (letter,) = line.store.letters.list(entity="order")
    line.store.letters.give_up(letter.id, "a mistake", "ann", letter.updated_at)
    await line.run()  # the stock's own run heard of it once more
    await sweep()
    with line.shop.reading() as tx:
        assert tx.need(INVENTORY, f"{code}|MAIN")["available"] == 7
