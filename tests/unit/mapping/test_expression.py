from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.mapping.conditions import Comparison, compiled
from tandem.mapping.expression import Expression, ExpressionError, context_of, first_line, paths_of, unfloated
from tandem.mapping.paths import getter, is_bare, names_of, parts_of
from tandem.mapping.run import Hindrance

RECORD: dict[str, Any] = {
    "price": Decimal("12.50"),
    "quantity": 3,
    "big": Decimal("12345678901234567890.12"),
    "name": "Ann",
    "nothing": None,
    "address": {"city": "Łódź", "lines": ["a", "b"]},
    "lines": [{"q": Decimal("1.10")}, {"q": Decimal("2.205")}],
    "flag": True,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("price * quantity", Decimal("37.50")),
        ("price + 0.01", Decimal("12.51")),
        ("big + 0.01", Decimal("12345678901234567890.13")),
        ("number('12.50')", Decimal("12.50")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("quantity + 1", 4),
        ("sum(map(lines, #.q))", Decimal("3.305")),
        ("price > 12 ? 'dear' : 'cheap'", "dear"),
        ("nothing ?? name", "Ann"),
        ("missing.deep ?? 'none'", "none"),
        ("address.city", "Łódź"),
        ("address['city']", "Łódź"),
        ("`${name} has ${quantity}`", "Ann has 3"),
        ("$root.name", "Ann"),
        ("lines[1].q", Decimal("2.205")),
        ("len(lines)", 2),
        ("flag and price > 1", True),
        ("map(lines, #.q)", [Decimal("1.1"), Decimal("2.205")]),
        ("{b: [1.5]}", {"b": [Decimal("1.5")]}),
        ("half = price / 2; half + 1", Decimal("7.25")),
        ("d('2026-03-02').format('%Y')", "2026"),
        ("name.missing", None),
        ("upper(name) + 'a.b'", "ANNa.b"),
    ],
)
def test_results_are_exact(text: str, value: Any):
    result = Expression(text)(RECORD)
    assert result == value
    assert type(result) is type(value)
    assert repr(result) == repr(value)


@settings(deadline=None)
@given(
    st.decimals(min_value=-(10**15), max_value=10**15, places=4, allow_nan=False),
    st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False),
)
def test_money_never_loses_a_digit(left: Decimal, right: Decimal):
    assert Expression("a + b")({"a": left, "b": right}) == left + right
    assert Expression("a - b")({"a": left, "b": right}) == left - right
    assert Expression("a")({"a": left}) == left


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**6, places=2), st.integers(min_value=0, max_value=10**6))
def test_products_are_exact(price: Decimal, quantity: int):
    assert Expression("p * q")({"p": price, "q": quantity}) == price * quantity


@pytest.mark.parametrize("number", [Decimal("1" * 29), Decimal("0." + "1" * 29), Decimal("1E-30"), 10**30])
def test_a_number_that_the_engine_would_cut_is_refused(number: Any):
    with pytest.raises(Hindrance, match="more digits than an expression can hold"):
        Expression("a ?? 1")({"a": number})
    with pytest.raises(Hindrance, match="more digits"):
        Expression("len(a) > 0")({"a": [{"b": number}]})


def test_many_digits_in_text_do_no_harm():
    assert Expression("a ?? b")({"a": "1" * 40, "b": Decimal("1.50")}) == "1" * 40


def test_a_long_number_in_a_list_is_refused():
    with pytest.raises(Hindrance, match="give that number a field of its own"):
        Expression("map(l, # + 0.01)")({"l": [Decimal("12345678901234567.01")]})


@pytest.mark.parametrize("text", ["name + 1", "price > name", "number(name)", "upper(nothing)"])
def test_what_the_engine_refuses_is_one_line(text: str):
    with pytest.raises(Hindrance) as caught:
        Expression(text)(RECORD)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith(f"{text!r} cannot be worked out: ")
    assert "{" not in caught.value.message.removeprefix(repr(text))


def test_a_lone_surrogate_is_a_hindrance():
    with pytest.raises(Hindrance, match="cannot be worked out"):
        Expression("a + 'x'")({"a": "\ud800"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("price +", "is no expression: Unexpected end"),
        ("a b", "is no expression: Incomplete parser output"),
        ("uppr(name)", "did you mean 'upper'"),
        ("replace(name, 'a', 'b')", r"calls replace\(\).*go under apply"),
        ("'open", "is no expression"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, message: str):
    with pytest.raises(ExpressionError, match=message):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a.b + c", (("a", "b"), ("c",))),
        ("a + a.b", (("a",),)),
        ("map(lines, #.q)", (("lines",),)),
        ("'a.b' + x", (("x",),)),
        ("x.format('y')", (("x",),)),
        ("$root.a", None),
        ("`${a}`", None),
        (r"'\'' + a", None),
        ("1 + 2", ()),
    ],
)
def test_only_named_paths_are_handed_over(text: str, paths: Any):
    assert paths_of(text) == paths


def test_the_context_is_pruned():
    record = {"a": {"b": 1, "c": 2}, "d": [1], "e": 3}
    assert context_of(record, (("a", "b"), ("d", "x"), ("gone",))) == '{"a":{"b":1},"d":[1]}'
    assert context_of(record, (("a", "b"), ("a", "c"))) == '{"a":{"b":1,"c":2}}'
    assert context_of({"a": {"x": {"a": 5}}}, (("a", "x", "a"),)) == '{"a":{"x":{"a":5}}}'
    assert context_of(record, None) == '{"a":{"b":1,"c":2},"d":[1],"e":3}'


def test_first_line():
    assert first_line(RuntimeError('{"type":"vmError","source":"a \\"b\\""}\n at rust')) == 'a "b"'
    assert first_line(RuntimeError("plain\nmore")) == "plain"


def test_unfloated_leaves_the_rest_alone():
    assert unfloated({"a": ["x", True, None, 2.0, 1.25]}) == {"a": ["x", True, None, 2, Decimal("1.25")]}


@pytest.mark.parametrize(
    ("text", "holds"),
    [("name == 'Ann'", True), ("name != 'Ann'", False), ('address.city == "Łódź"', True), ("gone == 'x'", False)],
)
def test_a_path_compared_with_a_text_needs_no_engine(text: str, holds: bool):
    condition = compiled(text)
    assert isinstance(condition, Comparison)
    assert condition(RECORD) is holds
    assert Expression(text)(RECORD) is holds


def test_other_comparisons_need_it():
    assert isinstance(compiled("quantity == 3"), Expression)
    assert isinstance(compiled("true == 'x'"), Expression)


@pytest.mark.parametrize(
    ("text", "bare"),
    [("a", True), ("a.b[0].c", True), ("a[0][1]", True), ("true", False), ("a b", False), ("a.1", False), ("", False)],
)
def test_bare_paths(text: str, bare: bool):
    assert is_bare(text) is bare


def test_a_bare_path_keeps_the_very_object():
    price = RECORD["price"]
    assert getter("price")(RECORD) is price
    assert getter("lines[0].q")(RECORD) is RECORD["lines"][0]["q"]
    assert getter("lines[7].q")(RECORD) is None
    assert getter("name.first")(RECORD) is None
    assert getter("name[0]")(RECORD) is None
    assert getter("pair[1]")({"pair": (1, 2)}) == 2
    assert parts_of("a[0].b") == ("a", 0, "b")
    assert names_of("a[0].b") == ("a", "b")
