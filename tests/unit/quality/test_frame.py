from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.quality.frame import difference, fingerprint, number, parts, shape, table, text, text_or_none, total
from tandem.quality.suites import SUITES
from tests.unit.quality.records import GOOD

D = Decimal

scalars = st.sampled_from([None, True, 0, -7, "", "x", "1.5", D("1E+9"), D("0.001"), "\u0000", "=cmd"])
json_values = scalars | st.lists(scalars | st.just({}), max_size=3) | st.just({}) | st.just([{"sku": []}])


@pytest.mark.parametrize(
    ("value", "expected"), [(" US ", "US"), (7, "7"), (D("1.50"), "1.50"), (None, ""), (True, ""), ([], ""), ({}, "")]
)
def test_text_is_what_stands_there(value: Any, expected: str) -> None:
    assert text({"a": {"b": value}}, "a.b") == expected
    assert text_or_none({"a": {"b": value}}, "a.b") == (expected or None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.10", D("1.10")), (3, D(3)), (D("0.1"), D("0.1")), ("x", None), (1.5, None), (True, None), ("NaN", None)],
)
def test_numbers_are_exact_or_none(value: Any, expected: Decimal | None) -> None:
    assert number({"n": value}, "n") == expected


def test_personal_data_keeps_its_shape_only() -> None:
    assert shape({"email": " Ann.Lée42@example.com "}, "email") == "xxx.xxx99@xxxxxxx.xxx"
    assert shape({}, "email") is None
    same = fingerprint({"email": "Ann@Example.com "}, "email")
    assert same == fingerprint({"email": "ann@example.com"}, "email")
    assert same != fingerprint({"email": "bob@example.com"}, "email")
    assert fingerprint({}, "email") is None


def test_parts_are_records() -> None:
    assert parts({"lines": [{"a": 1}, 7, None]}, "lines") == [{"a": 1}, {}, {}]
    assert parts({"lines": "none"}, "lines") == parts({}, "lines") == []


def test_sums_and_differences_are_exact() -> None:
    assert total([D("0.1"), None, D("0.2")]) == D("0.3")
    assert difference(D("0.3"), D("0.1") + D("0.2")) == "0"
    assert difference(D("0.31"), D("0.3")) == "0.01"
    assert difference(D("0.31"), D("0.3"), limit=D("0.01")) == "0"
    assert difference(None, D(1)) is None


def test_a_record_has_a_row_of_its_own_and_one_for_each_line() -> None:
    rows = table({"number": "1"}, [{"sku": "A"}, {"sku": ""}], ids=["L1", "L2"])
    assert rows == [
        {"line": "", "number": "1", "sku": None},
        {"line": "L1", "number": None, "sku": "A"},
        {"line": "L2", "number": None, "sku": ""},
    ]
    assert table({"number": "1"}, [], ids=[]) == [{"line": "", "number": "1"}]


@pytest.mark.parametrize("name", SUITES)
@settings(max_examples=60)
@given(data=st.data())
def test_no_record_however_damaged_breaks_the_frame(name: str, data: st.DataObject) -> None:
    record = GOOD[name]()
    for field in data.draw(st.sets(st.sampled_from(sorted(record)))):
        record[field] = data.draw(json_values)
    for row in _rows(name)(record):
        assert all(value is None or isinstance(value, str | Decimal) for value in row.values())


def _rows(name: str) -> Any:
    """The suite's own way to rows, without the library that its expectations need."""
    entity, _, boundary = name.partition(".")
    module: Any = import_module(f"tandem.quality.suites.{entity}")
    if boundary == "outbound":
        return module._written
    return getattr(module, "_sent", None) or module._read
