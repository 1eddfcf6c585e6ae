"""What the shop states always adds up, however the order is made, unless it was told to lie."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sandbox.shop.cart import Cart
from tandem.sandbox.shop.checkout import check_out

D = Decimal
ZERO = D(0)


def checked_out(currency: str = "USD", **fields):
    lines = [
        {"lineId": str(n), "sku": f"S{n}", "name": f"Thing {n}", "unit": "each", "requiresShipping": True} | line
        for n, line in enumerate(fields.pop("lines"), start=1)
    ]
    return check_out(Cart.model_validate({"lines": lines, **fields}), currency)


def lines_at(*prices: str):
    return [{"unitPrice": price} for price in prices]


def tax_of(line):
    return sum((tax["amount"] for tax in line["taxLines"]), ZERO)


def off(line):
    return sum((one["amount"] for one in line["discountAllocations"]), ZERO)


def test_an_amount_off_the_order_is_spread_over_its_lines() -> None:
    made = checked_out(lines=lines_at("33.33", "33.33", "33.33"), discounts=[{"code": "TEN", "amount": "10.00"}])
    assert [off(line) for line in made["lineItems"]] == [D("3.34"), D("3.33"), D("3.33")]
    assert [line["lineTotal"] for line in made["lineItems"]] == [D("29.99"), D("30.00"), D("30.00")]
    assert made["totalAmount"] == D("89.99")
    assert made["discountTotal"] == D("10.00")


def test_a_free_line_gets_no_share_of_a_discount() -> None:
    made = checked_out(lines=lines_at("19.90", "0.00", "10.10"), discounts=[{"amount": "5.00"}])
    assert [off(line) for line in made["lineItems"]] == [D("3.32"), ZERO, D("1.68")]
    assert made["lineItems"][1]["discountAllocations"] == []


def test_a_discount_takes_no_more_than_there_is() -> None:
    made = checked_out(lines=lines_at("3.00", "2.00"), discounts=[{"amount": "50.00"}])
    assert made["totalAmount"] == ZERO
    assert made["discountTotal"] == D("5.00")


def test_tax_inside_the_price_is_what_is_left_over_the_net_price() -> None:
    made = checked_out(lines=lines_at("9.99"), taxes=[{"title": "VAT", "rate": "0.2"}], taxesIncluded=True)
    assert made["taxTotal"] == D("1.66")
    assert made["totalAmount"] == D("9.99")


def test_tax_is_taken_on_the_discounted_price() -> None:
    made = checked_out(lines=[{"unitPrice": "100", "discounts": [{"amount": "20"}]}], taxes=[{"rate": "0.1"}])
    assert (made["taxTotal"], made["totalAmount"]) == (D("8.00"), D("88.00"))


@pytest.mark.parametrize(("rounding", "tax"), [("document", "71.05"), ("line", "71.06")])
def test_taxes_are_rounded_once_for_the_order_or_line_by_line(rounding, tax) -> None:
    made = checked_out(
        lines=lines_at("598.89", "329.84", "-59.89", "-32.98"), taxes=[{"rate": "0.085"}], taxRounding=rounding
    )
    assert made["taxTotal"] == D(tax)
    assert sum(tax_of(line) for line in made["lineItems"]) == D(tax)


def test_a_line_total_of_the_shops_own_is_followed_by_the_totals() -> None:
    made = checked_out(lines=[{"unitPrice": "2.93", "quantity": 3, "lineTotal": "8.78"}])
    assert made["lineItems"][0]["lineTotal"] == D("8.78")
    assert (made["subtotal"], made["totalAmount"]) == (D("8.79"), D("8.78"))


def test_a_unit_price_may_have_more_decimals_than_money() -> None:
    made = checked_out(lines=[{"unitPrice": "3.3333", "quantity": 3}])
    assert made["totalAmount"] == D("10.00")
    assert made["lineItems"][0]["unitPrice"] == D("3.3333")


def test_a_coupon_of_100_percent_leaves_nothing_to_pay_or_tax() -> None:
    made = checked_out(
        lines=lines_at("19.99", "5.01"), taxes=[{"rate": "0.0825"}], discounts=[{"code": "FREE", "percent": 100}],
        shipping=[{"amount": "9.90", "discount": "9.90"}],
    )  # fmt: skip
    assert (made["subtotal"], made["totalAmount"], made["taxTotal"]) == (D("25.00"), ZERO, ZERO)
    assert made["shippingLines"][0]["amount"] == D("9.90")


def test_fees_and_shipping_bear_tax_of_their_own() -> None:
    made = checked_out(
        lines=lines_at("10.00"), taxes=[{"rate": "0.1"}], shipping=[{"amount": "5.00", "discount": "1.00"}],
        fees=[{"kind": "tip", "amount": "2.00"}, {"kind": "surcharge", "amount": "1.00", "taxes": [{"rate": "0.1"}]}],
    )  # fmt: skip
    assert made["shippingLines"][0]["taxAmount"] == D("0.40")
    assert [fee["taxAmount"] for fee in made["fees"]] == [ZERO, D("0.10")]
    assert (made["feeTotal"], made["shippingTotal"], made["taxTotal"]) == (D("3.00"), D("4.00"), D("1.50"))
    assert made["totalAmount"] == D("18.50")


def test_an_exempt_customer_pays_no_tax_anywhere() -> None:
    made = checked_out(lines=lines_at("10.00"), taxes=[{"rate": "0.1"}], taxExempt=True, shipping=[{"amount": "5.00"}])
    assert made["taxTotal"] == ZERO
    assert made["lineItems"][0]["taxLines"] == []


def test_selling_a_gift_card_is_neither_taxed_nor_discounted() -> None:
    made = checked_out(
        lines=[{"unitPrice": "50", "giftCard": True}, {"unitPrice": "50"}], taxes=[{"rate": "0.1"}],
        discounts=[{"percent": 10}],
    )  # fmt: skip
    card, thing = made["lineItems"]
    assert (card["lineTotal"], tax_of(card), off(card)) == (D("50.00"), ZERO, ZERO)
    assert (thing["lineTotal"], tax_of(thing)) == (D("45.00"), D("4.50"))


BUNDLE = {
    "unitPrice": "99.00",
    "parts": [{"lineId": f"1-{n}", "sku": f"P{n}", "unitPrice": p} for n, p in enumerate(("60", "45", "15"))],
}


def test_a_bundle_carries_its_money_on_the_parent() -> None:
    made = checked_out(lines=[BUNDLE])
    assert [line["lineTotal"] for line in made["lineItems"]] == [D("99.00"), ZERO, ZERO, ZERO]
    assert [line["bundleParentLineId"] for line in made["lineItems"]] == [None, "1", "1", "1"]
    assert made["totalAmount"] == D("99.00")


def test_a_bundle_may_carry_its_money_on_the_parts() -> None:
    made = checked_out(lines=[BUNDLE | {"quantity": 2}], bundleMoney="parts")
    assert [line["lineTotal"] for line in made["lineItems"]] == [ZERO, D("99.00"), D("74.25"), D("24.75")]
    assert [line["quantity"] for line in made["lineItems"]] == [2, 2, 2, 2]


def test_a_line_of_nought_pieces_costs_nothing() -> None:
    made = checked_out(
        lines=[{"unitPrice": "10", "quantity": 0}, {"unitPrice": "5"}], taxes=[{"rate": "0.1"}],
        discounts=[{"amount": "1"}],
    )  # fmt: skip
    assert made["totalAmount"] == D("4.40")


@pytest.mark.parametrize(("currency", "total"), [("JPY", "334"), ("KWD", "333.667"), ("USD", "333.67")])
def test_money_has_the_decimals_of_its_currency(currency, total) -> None:
    assert checked_out(currency, lines=[{"unitPrice": "333.6665"}])["totalAmount"] == D(total)


def test_five_thousand_lines_add_up() -> None:
    made = checked_out(
        lines=lines_at(*["0.07"] * 5000), taxes=[{"rate": "0.0825"}], taxRounding="document",
        discounts=[{"amount": "33.33"}],
    )  # fmt: skip
    assert made["totalAmount"] == D("350.00") - D("33.33") + D("26.13")


money = st.integers(-5_000, 50_000).map(lambda n: D(n).scaleb(-2))
positive = st.integers(0, 20_000).map(lambda n: D(n).scaleb(-2))
rates = st.sampled_from([D("0"), D("0.05"), D("0.0825"), D("0.19"), D("0.2")])
taxes = st.lists(st.builds(lambda r, t: {"title": t, "rate": r}, rates, st.sampled_from(["A", "B"])), max_size=2)
discounts = st.lists(
    st.one_of(
        st.builds(lambda a: {"amount": a, "code": "A"}, positive),
        st.builds(lambda p: {"percent": p, "code": "P"}, st.integers(0, 100)),
    ),
    max_size=3,
)
parts = st.lists(st.builds(lambda p: {"lineId": "p", "sku": "P", "unitPrice": p}, positive.filter(bool)), max_size=3)
lines = st.fixed_dictionaries(
    {"unitPrice": money, "quantity": st.integers(-2, 50)},
    optional={"discounts": discounts, "taxes": taxes, "giftCard": st.booleans(), "taxAmount": positive,
              "lineTotal": money, "parts": parts},
)  # fmt: skip
orders = st.fixed_dictionaries(
    {
        "lines": st.lists(lines, min_size=1, max_size=8), "discounts": discounts, "taxes": taxes,
        "taxesIncluded": st.booleans(), "taxRounding": st.sampled_from(["line", "document"]),
        "taxExempt": st.booleans(), "bundleMoney": st.sampled_from(["parent", "parts"]),
        "shipping": st.lists(st.fixed_dictionaries({"amount": positive}, optional={"taxes": taxes}), max_size=2),
        "fees": st.lists(st.fixed_dictionaries({"kind": st.just("tip"), "amount": money, "taxes": taxes}), max_size=2),
    }
)  # fmt: skip


@settings(deadline=None)
@given(orders, st.sampled_from(["USD", "JPY", "KWD"]))
def test_the_stated_totals_always_add_up(order, currency) -> None:
    made = checked_out(currency, **order)
    goods = sum((line["lineTotal"] for line in made["lineItems"]), ZERO)
    tax = sum((tax_of(line) for line in made["lineItems"]), ZERO)
    tax += sum((one["taxAmount"] for one in made["shippingLines"] + made["fees"]), ZERO)
    charges = sum((way["amount"] - way["discount"] for way in made["shippingLines"]), ZERO)
    charges += sum((fee["amount"] for fee in made["fees"]), ZERO)
    assert made["taxTotal"] == tax
    assert made["shippingTotal"] + made["feeTotal"] == charges
    assert made["totalAmount"] == goods + charges + (ZERO if order["taxesIncluded"] else tax)


@settings(deadline=None)
@given(orders)
def test_a_line_is_its_price_less_its_discounts_unless_the_shop_says_otherwise(order) -> None:
    order["lines"] = [{k: v for k, v in line.items() if k != "lineTotal"} for line in order["lines"]]
    made = checked_out(**order)
    nets = [line["lineTotal"] + off(line) for line in made["lineItems"]]
    assert sum(nets, ZERO) == made["subtotal"]
    carriage_off = sum((way["discount"] for way in made["shippingLines"]), ZERO)
    assert sum((off(line) for line in made["lineItems"]), ZERO) + carriage_off == made["discountTotal"]


@settings(deadline=None)
@given(orders)
def test_the_same_cart_gives_the_same_order(order) -> None:
    assert checked_out(**order) == checked_out(**order)
