"""What each form of a field makes of a record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tandem.errors import SheetError
from tandem.mapping import Workbook

from .conftest import Bench

ORDER: dict[str, Any] = {
    "number": 1001,
    "price": Decimal("12.50"),
    "city": {"name": "Łódź", "zone": None},
    "items": [{"sku": "a", "q": 1, "tax": [{"amount": Decimal("0.10")}]}, {"sku": "b", "q": 2, "tax": []}],
    "fees": [{"kind": "tip", "amount": Decimal("1.00")}],
    "paid": True,
    "blank": " ",
}


CHAIN = """
  chain:
    - {each: items, fields: {k: sku}}
    - {each: gone, fields: {k: k}}
    - {fields: {k: {const: x}}}
    - {when: paid == 'no', fields: {k: number}}
    - {each: fees, fields: {k: kind}}
"""


def kinds(mapped: Any) -> list[tuple[str, str]]:
    return [(line.kind, line.target) for line in mapped.trace if line.kind not in ("mapped", "looked-up")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", Decimal("12.50")),
        ("price * 2", Decimal("25.00")),
        ("city.name", "Łódź"),
        ("'items[1].sku'", "b"),
        ("{const: 7}", 7),
        ("{is: city.name, apply: [upper, {prefix: 'PL '}]}", "PL ŁÓDŹ"),
        ("{is: missing, default: none}", "none"),
        ("{is: blank, default: none}", "none"),
        ("{is: blank}", " "),
        ("{is: [city.name, number], apply: [{join: '-'}]}", "Łódź-1001"),
        ("{is: [{first: [missing, city.name]}, number], apply: [{join: '-'}]}", "Łódź-1001"),
        ("{first: [missing, blank, city.name, number]}", "Łódź"),
        ("{first: [missing, {const: 3}]}", 3),
        ("{each: items, fields: {s: sku, t: {is: tax, apply: [{sum: amount}]}}}",
         [{"s": "a", "t": Decimal("0.10")}, {"s": "b", "t": Decimal(0)}]),
        ("{each: 'filter(items, #.q > 1)', fields: {s: sku}}", [{"s": "b"}]),
        ("{of: city, fields: {n: name}}", {"n": "Łódź"}),
        ("{fields: {n: number, c: {of: city, fields: {n: name}}}}", {"n": 1001, "c": {"n": "Łódź"}}),
        ("{of: \"merge([city, {x: 'y'}])\", fields: {n: x}}", {"n": "y"}),
        (CHAIN, [{"k": "a"}, {"k": "b"}, {"k": "x"}, {"k": "tip"}]),
        ("{is: number, when: paid}", 1001),
        ("{is: number, when: \"city.name == 'Łódź'\"}", 1001),
    ],
)  # fmt: skip
def test_what_forms_give(bench: Bench, field: str, value: Any):
    mapped = bench.map(f"value: {field}", ORDER)
    assert mapped.faults == []
    assert mapped.value == {"value": value}


@pytest.mark.parametrize(
    "field",
    [
        "missing",
        "city.zone",
        "{is: missing, apply: [trim, upper]}",
        "{each: missing, fields: {a: b}}",
        "{of: missing, fields: {a: b}}",
        "{first: [missing, city.zone]}",
        "{is: number, when: missing}",
        "{is: number, when: \"city.name == 'x'\"}",
        "{is: missing, zone: connection}",
    ],
)
def test_what_is_not_there_is_left_out(bench: Bench, field: str):
    mapped = bench.map(f"value: {field}", ORDER)
    assert (mapped.value, mapped.faults) == ({}, [])


@pytest.mark.parametrize(
    ("field", "path", "message"),
    [
        ("{is: missing, required: true}", "missing", "is missing; value needs it"),
        ("{is: blank, required: true}", "blank", "is missing; value needs it"),
        ("{first: [missing, blank], required: true}", "missing or blank", "is missing; value needs it"),
        ("{each: missing, required: true, fields: {a: b}}", "missing", "is missing; value needs it"),
        ("{of: missing, required: true, fields: {a: b}}", "missing", "is missing; value needs it"),
        ("{each: city, fields: {a: b}}", "city", "stands where a list is needed"),
        ("{each: 'city.name + 1', fields: {a: b}}", "city.name", "cannot be worked out"),
        ("{each: tags, fields: {a: b}}", "tags[1]", "'x' stands where a record is needed"),
        ("{of: number, fields: {a: b}}", "number", "1001 stands where a record is needed"),
        ("{each: items, fields: {a: {is: gone, required: true}}}", "items[0].gone", "is missing; value[0].a needs it"),
        (
            "{chain: [{each: items, fields: {a: sku}}, {each: fees, fields: {a: {is: x, required: true}}}]}",
            "fees[0].x",
            "is missing; value[2].a needs it",
        ),
        (
            "{chain: [{each: fees, fields: {a: kind}}, {of: city, fields: {a: {is: x, required: true}}}]}",
            "city.x",
            "is missing; value[1].a needs it",
        ),
        (
            "{each: items, fields: {t: {each: tax, fields: {r: {is: rate, required: true}}}}}",
            "items[0].tax[0].rate",
            "is missing; value[0].t[0].r needs it",
        ),
        ("city.name + 1", "city.name", "cannot be worked out"),
        ("{is: number, when: city.name}", "city.name", "`when` gave 'Łódź', which is neither true nor false"),
        ("{is: number, when: city.name + 1}", "city.name", "cannot be worked out"),
        ("{is: city, apply: [trim]}", "city", "a record stands where a text is needed"),
        ("{link: customer, of: number}", "number", "customer 1001 has no number in the target system yet"),
        ("{link: customer, of: missing}", "missing", "customer without number has no number in the target system yet"),
    ],
)
def test_what_stands_in_the_way_names_its_path(bench: Bench, field: str, path: str, message: str):
    mapped = bench.map(f"value: {field}", ORDER | {"tags": [{"b": 1}, "x"]})
    assert mapped.faults[0].field == path
    assert message in mapped.faults[0].message


def test_all_faults_of_a_record_come_at_once(bench: Bench):
    mapped = bench.map("a: {is: x, required: true}\nb: {is: y, required: true}\nc: number", ORDER)
    assert [fault.field for fault in mapped.faults] == ["x", "y"]
    assert mapped.value == {"c": 1001}


def test_a_hindrance_ends_a_search(bench: Bench):
    mapped = bench.map("value: {first: [{is: city, apply: [trim]}, number], required: true}", ORDER)
    assert [fault.kind for fault in mapped.faults] == ["type"]
    assert mapped.value == {}


def test_links_are_numbers_in_the_target(bench: Bench):
    mapped = bench.map("value: {link: customer, of: number}", ORDER, links={"customer": "ANN01"})
    assert mapped.value == {"value": "ANN01"}
    assert [line.note for line in mapped.trace] == ["number of the customer in the target"]


def test_the_outline_says_where_each_field_comes_from(bench: Bench):
    bench.write("lookups/units.yaml", "values: {each: 1}")
    mapped = bench.map(
        """
        a: number
        b: price * 2
        c: {is: [number, city.name], apply: [{join: ' '}]}
        d: {each: items, fields: {s: sku}}
        e: {first: [missing, number]}
        f: {const: 3}
        g: {lookup: units, of: number, required: false}
        h: 1 + 1
        """,
        ORDER | {"number": "each"},
    )
    assert [(line.target, line.source, line.kind, line.note) for line in mapped.trace] == [
        ("a", "number", "mapped", ""),
        ("b", "price", "mapped", ""),
        ("c", "number, city.name", "mapped", ""),
        ("d", "items", "mapped", ""),
        ("d[].s", "items[].sku", "mapped", ""),
        ("e", "missing or number", "mapped", ""),
        ("f", "", "mapped", "always 3"),
        ("g", "number", "looked-up", "in lookup units"),
        ("h", "1 + 1", "mapped", ""),
    ]


def test_what_happened_is_in_the_trace_with_its_place(bench: Bench):
    mapped = bench.map(
        "list: {each: items, fields: {s: {is: sku, apply: [{width: somast.shipvia}]}, u: {is: unit, default: each}}}",
        {"items": [{"sku": "x"}, {"sku": "a very long sku"}]},
    )
    assert kinds(mapped) == [("default", "list[0].u"), ("truncated", "list[1].s"), ("default", "list[1].u")]
    assert mapped.happened("truncated")[0].source == "items[1].sku"


def test_case_034_unread_fields_are_noted_once_for_all_lines(bench: Bench):
    bench.write(
        "product.yaml",
        """
        product:
          from_sagepro:
            sku: ItemCode
            name: {first: [Description, Deep.name]}
            price: Price
            description: {is: Lines, apply: [{join: ' '}]}
            product_class: {of: Extra, fields: {a: a}}
            ignore: [ETag, Extra.c]
        """,
    )
    bench.write("product.yaml", bench.folder.joinpath("product.yaml").read_text().replace(
        "    product_class: {of: Extra, fields: {a: a}}\n", ""))  # fmt: skip
    workbook = bench.load()
    record = {"ItemCode": "A", "Description": "x", "Price": "1.00", "ETag": "e", "New": 1, "Other": 2, "Deep": {}}
    mapped = workbook.apply("product", "from_sagepro", record)
    assert [(line.source, line.note) for line in mapped.happened("unmapped")] == [
        ("New", "is not in the sheet; map it or list it under ignore"),
        ("Other", "is not in the sheet; map it or list it under ignore"),
    ]
    assert mapped.faults == []


def test_a_sheet_that_may_read_anything_notes_nothing(bench: Bench):
    bench.write("product.yaml", "product: {from_sagepro: {sku: ItemCode, name: \"$root['Odd name']\", price: Price}}")
    mapped = bench.load().apply("product", "from_sagepro", {"ItemCode": "A", "Odd name": "x", "Price": 1, "New": 1})
    assert mapped.value == {"sku": "A", "name": "x", "price": 1}
    assert mapped.happened("unmapped") == []


def test_numbers_become_text_where_the_model_wants_text(bench: Bench):
    bench.write("product.yaml", "product: {from_sagepro: {sku: a, name: b + 1, price: c, description: d}}")
    workbook = bench.load()
    record: dict[str, Any] = {"a": 1001, "b": 2, "c": Decimal("1.50"), "d": Decimal("1E+3")}
    mapped = workbook.apply("product", "from_sagepro", record)
    assert mapped.value == {"sku": "1001", "name": "3", "price": Decimal("1.50"), "description": "1000"}
    (fault,) = workbook.apply("product", "from_sagepro", record | {"d": [1]}).faults
    assert (fault.field, fault.kind) == ("d", "type")
    (fault,) = workbook.apply("product", "from_sagepro", record | {"b": "x"}).faults
    assert fault.kind == "expression"


def test_a_float_is_no_money(bench: Bench):
    bench.write("stock.yaml", "stock: {from_sagepro: {key: k, sku: s, location: l, on_hand: a, allocated: b,"
                " available: c, available_computed: c, on_order: d}}")  # fmt: skip
    record = {"k": "A|M", "s": "A", "l": "M", "a": 0.1, "b": 1, "c": "2.5", "d": 0.2}
    faults = bench.load().apply("stock", "from_sagepro", record).faults
    assert [(fault.field, fault.message) for fault in faults] == [
        ("a", "0.1 came as a binary float, whose digits are not certain"),
        ("d", "0.2 came as a binary float, whose digits are not certain"),
    ]


def test_a_direction_that_is_not_there(workbook: Workbook):
    with pytest.raises(SheetError, match=r"order\.yaml has no direction 'from_clarty'; did you mean 'from_clarity'"):
        workbook.apply("order", "from_clarty", {})
    with pytest.raises(SheetError, match="none is known"):
        workbook.outline("invoice", "from_clarity")


def test_the_outline_can_be_asked_for(workbook: Workbook):
    assert ("order", "from_clarity") in workbook.directions
    targets = [line.target for line in workbook.outline("order", "from_clarity")]
    assert "lines[].sku" in targets
    assert "ship_to.city" in targets
