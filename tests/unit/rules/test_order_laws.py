"""Laws that hold for every order, however its money is spread."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities.order import Order, OrderDocument, OrderLine
from tandem.entities.state import Outcome, State
from tandem.rules import Facts
from tandem.rules.orders import plan
from tandem.rules.pricing import extended
from tests.unit.rules.making import D, around, charge, line, order, written

cents = st.integers(0, 500_000).map(lambda n: D(n).scaleb(-2))
facts = st.builds(
    Facts,
    price_scale=st.sampled_from([2, 4]),
    rounding_limit=st.sampled_from([D("0.00"), D("0.05"), D("1.00")]),
    free_freight_line=st.booleans(),
)


@st.composite
def lines(draw: st.DrawFn, line_id: str, *, taxed: bool) -> OrderLine:
    quantity = draw(st.integers(0, 500))
    price = draw(st.decimals("0", "900", places=draw(st.sampled_from([2, 4, 6]))))
    gross = (price * quantity).quantize(D("0.01"))
    discount = (gross * draw(st.integers(0, 100)) / 100).quantize(D("0.01"))
    tax = draw(cents) if taxed and gross > discount and draw(st.booleans()) else D(0)
    return line(
        line_id,
        str(price),
        str(quantity),
        discount=str(discount),
        total=str(gross - discount + draw(st.sampled_from([D(0), D(0), D("0.01"), D("-0.01")])) * bool(quantity)),
        tax=str(min(tax, gross - discount)),
        pack=draw(st.sampled_from(["1", "1", "6", "12"])),
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    exempt = draw(st.booleans())
    sold = [draw(lines(f"L{n}", taxed=not exempt)) for n in range(draw(st.integers(1, 6)))]
    if draw(st.booleans()):
        listed = [line(f"P{n}", str(draw(cents)), total="0.00", bundle_parent="B") for n in range(3)]
        sold += [line("B", str(draw(cents))), *listed]
    charges = tuple(
        charge(kind, str(draw(cents)), tax="0" if exempt else "0.01")
        for kind in draw(st.lists(st.sampled_from(["shipping", "tip"])))
    )
    an_order = order(*sold, charges=charges, tax_exempt=exempt, taxes_included=draw(st.booleans()))
    off = draw(st.sampled_from([D(0), D(0), D("0.03"), D("-0.05"), D("5.00")]))
    return an_order.model_copy(update={"total": an_order.total + off})


def check(document: OrderDocument, an_order: Order, the_facts: Facts) -> None:
    assert document.total == an_order.total
    assert document.tax == an_order.tax_total
    assert sum((x.amount + x.tax for x in document.lines), D(0)) == an_order.total
    assert sum((x.tax for x in document.lines), D(0)) == an_order.tax_total
    rounding = [x for x in document.lines if x.kind == "rounding"]
    assert len(rounding) <= 1
    assert all(abs(x.amount) <= the_facts.rounding_limit and abs(x.tax) <= the_facts.rounding_limit for x in rounding)
    for x in document.lines:
        assert x.amount == extended(x.quantity, x.unit_price, x.discount_percent), "Sage Pro's own formula"
        assert 0 <= x.discount_percent <= 100
        assert x.unit_price == round(x.unit_price, the_facts.price_scale)
        assert not (an_order.tax_exempt and x.taxable)
    assert len({x.line_id for x in document.lines}) == len(document.lines)


@settings(max_examples=150)
@given(orders(), facts)
def test_the_document_always_comes_to_the_shops_total(an_order: Order, the_facts: Facts) -> None:
    document = plan(an_order, around(**{name: getattr(the_facts, name) for name in Facts.__slots__}))
    if isinstance(document, Outcome):
        assert document.state is State.HELD
        assert document.reason
        return
    check(document, an_order, the_facts)


@given(orders())
def test_the_same_order_always_makes_the_same_document(an_order: Order) -> None:
    assert plan(an_order, around()) == plan(an_order, around())


@given(orders())
def test_pieces_are_neither_made_nor_lost(an_order: Order) -> None:
    document = plan(an_order, around())
    if isinstance(document, OrderDocument):
        parents = {x.bundle_parent for x in an_order.lines}
        sold = {x.line_id: x.quantity * x.pack for x in an_order.lines if x.quantity and x.line_id not in parents}
        assert sold == {x.line_id: x.quantity for x in document.lines if x.kind == "goods"}


@given(orders())
def test_a_cancellation_is_never_refused(an_order: Order) -> None:
    document = plan(an_order.model_copy(update={"status": "cancelled"}), around(known=written()))
    assert isinstance(document, OrderDocument)
    assert document.cancelled
    assert document.lines
    assert sum((x.amount + x.tax for x in document.lines), D(0)) == document.total


@given(st.lists(st.tuples(cents, st.integers(1, 50)), min_size=1, max_size=8), st.integers(1, 100))
def test_an_order_with_a_header_discount_is_never_off(sold: list[tuple[Decimal, int]], percent: int) -> None:
    an_order = order(*(line(f"L{n}", str(price), str(quantity)) for n, (price, quantity) in enumerate(sold)))
    discount = (an_order.total * percent / 100).quantize(D("0.01"))
    document = plan(
        an_order.model_copy(update={"total": an_order.total - discount, "discount_total": discount}), around()
    )
    assert isinstance(document, OrderDocument)
    assert document.total == an_order.total - discount
