"""Laws of posting: whatever is sold, paid, shipped and taken back, and in whatever order it is heard of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities.order import OrderDocument, Payment
from tandem.entities.refund import Refund
from tandem.entities.shipment import Shipment
from tandem.entities.sold import SoldLine, SoldOrder, TaxShare
from tandem.entities.state import Outcome, State
from tandem.rules import Facts
from tandem.rules.allocation import cumulative_share
from tandem.rules.orders import plan as plan_order
from tandem.rules.posting import plan_invoice, plan_receipt, plan_refund, plan_unshipped, sold_of
from tandem.values import minor_units, round_to
from tests.unit.rules.making import D, around, charge, line, order, shipment
from tests.unit.rules.posting.company import Company
from tests.unit.rules.posting.making import back, movement, paid, refund, refund_line

CONTROL = ("receivable", "deposit", "clearing", "gift_card", "store_credit")
CURRENCIES = {
    "USD": ("USD", None), "JPY": ("JPY", None), "KWD": ("KWD", None),
    "EUR": ("USD", D("1.083701")), "CHF": ("JPY", D("171.3391")), "GBP": ("KWD", D("0.389117")),
}  # fmt: skip
"""Currency of the order: that of the company, and the rate."""


@dataclass
class Story:
    """All that happens around one order; `events` are the records to be heard of, each with its plan."""

    order: SoldOrder
    company_currency: str
    scale: int
    events: list[tuple[Callable[..., Any], tuple[Any, ...]]] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    def company(self) -> Company:
        company = Company(
            self.order,
            company_currency=self.company_currency,
            amount_scale=self.scale,
            rounding_limit=D("0.05").scaleb(2 - minor_units(self.order.currency)),
        )
        company.shop["refunds"] = self.refunds
        return company


@st.composite
def orders(draw: st.DrawFn) -> tuple[SoldOrder, str, int]:
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    home, rate = CURRENCIES[currency]
    places = minor_units(currency)
    cents = st.integers(0, 300_000).map(lambda n: D(n).scaleb(-places))
    sold = []
    for n in range(draw(st.integers(1, 4))):
        quantity, price = draw(st.integers(1, 7)), draw(cents)
        gross = price * quantity
        discount = round_to(gross * draw(st.integers(0, 100)) / 100, places)
        tax = min(draw(cents), gross - discount)
        nudge = D(draw(st.integers(-1, 1))).scaleb(-places) if gross > discount + tax else D(0)
        sold.append(
            line(f"L{n}", str(price), str(quantity), discount=str(discount), tax=str(tax),
                 total=str(gross - discount + nudge), pack=draw(st.sampled_from(["1", "1", "12"])),
                 gift_card=draw(st.integers(0, 5)) == 0)
        )  # fmt: skip
    if draw(st.booleans()):
        parts = [line(f"P{n}", str(draw(cents)), total="0", bundle_parent="B") for n in range(3)]
        sold += [line("B", str(draw(cents)), "2"), *parts]
    charges = tuple(
        charge(kind, str(draw(cents)), tax=str(D(draw(st.integers(0, 1))).scaleb(-places)))
        for kind in draw(st.lists(st.sampled_from(["shipping", "tip", "duty"]), max_size=3, unique=True))
    )
    included = draw(st.booleans())
    an_order = order(*sold, charges=charges, taxes_included=included, currency=currency, shop_currency=home,
                     exchange_rate=rate)  # fmt: skip
    facts = around(amount_scale=places, company_currency=home, rounding_limit=D("0.05").scaleb(2 - places))
    document = plan_order(an_order, facts)
    if not isinstance(document, OrderDocument):
        document = plan_order(an_order, replace(facts, facts=replace(facts.facts, rounding_limit=D(1000))))
    assert isinstance(document, OrderDocument), document
    codes = {
        x.line_id: (TaxShare(code="CA", amount=x.tax), TaxShare(code="LA", amount=x.tax / 3)) for x in an_order.lines
    }
    return sold_of(document, store="web", taxes=codes if draw(st.booleans()) else None), home, places


def shipments(draw: st.DrawFn, an_order: SoldOrder) -> list[Shipment]:
    """Parts of the order as they left the warehouse; some are voided and sent again."""
    open_pieces = {x.line_id: x.quantity for x in an_order.lines if x.ships}
    found: list[Shipment] = []
    while any(open_pieces.values()):
        last = len(found) >= 5
        sent = {
            line_id: pieces if last else D(draw(st.integers(0, int(pieces)))) for line_id, pieces in open_pieces.items()
        }
        if not any(sent.values()):
            continue
        voided = not last and draw(st.integers(0, 4)) == 0
        lines = [(line_id, str(pieces)) for line_id, pieces in sent.items() if pieces]
        found.append(shipment(*lines, shipment_no=f"S-{len(found) + 1}", voided=voided))
        if not voided:
            open_pieces = {line_id: pieces - sent[line_id] for line_id, pieces in open_pieces.items()}
    return found


def payments(draw: st.DrawFn, an_order: SoldOrder) -> tuple[Payment, ...]:
    """Captures by several tenders that together pay for the order."""
    left, found = an_order.total, []
    unit = D(1).scaleb(-minor_units(an_order.currency))
    while left > 0:
        part = left if len(found) > 3 else min(left, D(draw(st.integers(1, int(left / unit)))) * unit)
        kind, method = draw(st.sampled_from([("capture", "creditCard"), ("sale", "paypal"), ("giftCard", "giftCard")]))
        found.append(paid(f"P-{len(found)}", str(part), kind=kind, method=method, currency=an_order.currency))
        left -= part
    return tuple(found)


def refunds(draw: st.DrawFn, an_order: SoldOrder) -> list[Refund]:
    """Everything goes back: first some pieces at their share, at last all that is left, by tender."""
    lines = [x for x in an_order.lines if x.kind in ("goods", "gift_card")]
    went = {x.line_id: D(0) for x in lines}
    money = {x.method: D(0) for x in an_order.payments}
    for one in an_order.payments:
        money[one.method] += one.amount
    found: list[Refund] = []
    for number in range(draw(st.integers(0, 2))):
        given = {x.line_id: D(draw(st.integers(0, int((x.quantity - went[x.line_id]) / x.pack)))) for x in lines}
        found.append(_refund(draw, number, given, lines, went, money, an_order))
    given = {x.line_id: (x.quantity - went[x.line_id]) / x.pack for x in lines}
    found.append(_refund(draw, 9, given, lines, went, money, an_order, last=True))
    return [one for one in found if one.transactions or one.lines]


def _refund(
    draw: st.DrawFn,
    number: int,
    given: dict[str, Decimal],
    lines: list[SoldLine],
    went: dict[str, Decimal],
    money: dict[str, Decimal],
    an_order: SoldOrder,
    *,
    last: bool = False,
) -> Refund:
    places, total, made = minor_units(an_order.currency), D(0), []
    for x in lines:
        after = went[x.line_id] + given[x.line_id] * x.pack
        share = [
            cumulative_share(whole, before=went[x.line_id], after=after, whole=x.quantity, decimals=places)
            for whole in (x.amount, x.tax)
        ]
        if given[x.line_id]:
            stated = share[0] + share[1] if an_order.taxes_included else share[0]
            one = refund_line(x.line_id, str(given[x.line_id]), str(stated), tax=str(share[1]),
                              restock=draw(st.booleans()))  # fmt: skip
            made.append(one)
            total += sum(share)
        went[x.line_id] = after
    pays = []
    due = sum(money.values()) if last else total
    for method in sorted(money):
        part = min(due, money[method])
        if part:
            pays.append(back(str(part), method))
            money[method] -= part
            due -= part
    return refund(*made, pays=tuple(pays), refund_id=f"F-{number}", currency=an_order.currency)


@st.composite
def stories(draw: st.DrawFn, *, everything_back: bool = True) -> Story:
    an_order, home, scale = draw(orders())
    an_order = an_order.model_copy(update={"payments": payments(draw, an_order)})
    story = Story(an_order, home, scale)
    story.refunds = refunds(draw, an_order) if everything_back else []
    for one in shipments(draw, an_order):
        # of a voided one may have been heard before it was voided
        early = [one.model_copy(update={"voided": False})] if one.voided and draw(st.booleans()) else []
        story.events.append((plan_invoice, (*early, one)))
    story.events += [(plan_receipt, (movement(one),)) for one in an_order.payments]
    story.events += [(plan_refund, (one,)) for one in story.refunds]
    story.events.append((plan_unshipped, (an_order,)))
    return story


def tell(draw_order: list[int], story: Story) -> Company:
    """Every event in this order, twice over; what has to wait comes again until nothing changes any more."""
    company = story.company()
    told = [story.events[at] for at in draw_order]
    waiting = [(plan, one, one is records[-1]) for plan, records in told for one in records]
    again = [(plan, records[-1], True) for plan, records in told]
    for _ in range(2 * len(waiting) + 3):
        before = len(company.invoices), len(company.receipts), dict(company.amounts)
        for plan, record, present in waiting:
            made = company.run(plan, record)
            check(company, story)
            # what was heard of too early may find its pieces taken; its present state never does
            quiet = (State.PARKED, State.NOOP, State.SKIPPED, *(() if present else (State.HELD,)))
            assert not isinstance(made, Outcome) or made.state in quiet, made
        if before == (len(company.invoices), len(company.receipts), dict(company.amounts)):
            return company
        waiting = again
    raise AssertionError("it never comes to rest")


def check(company: Company, story: Story) -> None:
    """What must hold at every moment."""
    assert sum(company.amounts.values()) == 0
    assert sum(company.bases.values()) == 0
    shipped = {x.line_id: D(0) for x in story.order.lines}
    for plan, records in story.events:
        for x in records[-1].lines if plan is plan_invoice else ():
            shipped[x.line_id] += x.quantity
    for x in story.order.lines:
        if x.ships:
            billed = [one for one in company.invoices.values() if one.type == "invoice"]
            assert sum(y.quantity for one in billed for y in one.lines if y.line_id == x.line_id) <= shipped[x.line_id]
    came = sum(one.amount for one in company.receipts.values() if one.amount > 0)
    went = -sum(one.amount for one in company.receipts.values() if one.amount < 0)
    credited = -sum(x.total for x in company.invoices.values() if x.external_id.startswith("refund"))
    assert went <= sum(one.amount for one in story.order.payments)
    assert credited <= sum(x.total for x in company.invoices.values() if not x.external_id.startswith("refund"))
    assert came <= story.order.total
    assert company.of("receivable") <= story.order.total


@settings(max_examples=120)
@given(stories(), st.data())
def test_all_comes_to_zero_when_everything_is_returned_and_paid_back(story: Story, data: st.DataObject) -> None:
    company = tell(data.draw(st.permutations(range(len(story.events)))), story)
    for kind in CONTROL:
        assert company.of(kind) == 0, (kind, dict(company.amounts))
    for kind in ("receivable", "deposit", "clearing"):
        assert company.of(kind, base=True) == 0, (kind, dict(company.bases))
    for one in story.refunds:
        again = one.model_copy(update={"refund_id": f"{one.refund_id}-again"})
        company.refuse(plan_refund, again, State.HELD)


@settings(max_examples=60)
@given(stories(everything_back=False), st.data())
def test_what_is_shipped_and_paid_is_invoiced_to_the_cent(story: Story, data: st.DataObject) -> None:
    company = tell(data.draw(st.permutations(range(len(story.events)))), story)
    assert sum(one.total for one in company.invoices.values()) == story.order.total
    for kind in ("receivable", "deposit"):
        assert (company.of(kind), company.of(kind, base=True)) == (0, 0)
    assert -company.of("tax") == sum((x.tax for x in story.order.lines), D(0))
    for kind in {x.kind for x in story.order.lines} - {"goods", "gift_card"}:
        assert -company.of(kind) == sum((x.amount for x in story.order.lines if x.kind == kind), D(0))


@settings(max_examples=60)
@given(stories(), st.data())
def test_any_order_of_events_gives_the_same_end(story: Story, data: st.DataObject) -> None:
    ends = [tell(data.draw(st.permutations(range(len(story.events)))), story) for _ in range(2)]
    one, two = ({a: b for a, b in end.amounts.items() if b} for end in ends)
    assert one == two
    assert ends[0].stock == ends[1].stock
    facts = Facts(company_currency=story.company_currency)
    for kind in ("receivable", "deposit"):
        assert ends[0].of(kind, base=True) == ends[1].of(kind, base=True), facts.company_currency
