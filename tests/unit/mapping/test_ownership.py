"""Field ownership: a sheet of what travels both ways says who may change each field, or it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities import ENTITIES
from tandem.mapping import Workbook
from tandem.mapping.ownership import MACHINERY, PASSING, sides_of
from tandem.values import dumps
from tests.unit.mapping.conftest import MAPPINGS, Bench

SHEET = (MAPPINGS / "product.yaml").read_text(encoding="utf-8")


def faults(bench: Bench, *changes: tuple[str, str]) -> list[str]:
    """What is wrong with the shipped sheet once it is changed so."""
    text = SHEET
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    for name in ("item_status", "units"):
        bench.write(f"lookups/{name}.yaml", (MAPPINGS / "lookups" / f"{name}.yaml").read_text(encoding="utf-8"))
    bench.write("product.yaml", text)
    return bench.faults()


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SHEET.splitlines(), 1) if text in line)


def test_the_shipped_sheet_is_right(bench: Bench) -> None:
    assert faults(bench) == []


def test_a_field_without_an_owner_is_named(bench: Bench) -> None:
    said = faults(bench, ("    description: clarity\n", ""))
    assert f"product.yaml:{line_of('owners:') + 1}: product.owners: description: has no owner" in said[0]
    assert "one of clarity, sagepro and key" in said[0]


def test_a_field_with_two_owners_is_named_with_its_line(bench: Bench) -> None:
    (said,) = faults(bench, ("    name: sagepro\n", "    name: [sagepro, clarity]\n"))
    assert said.startswith(f"product.yaml:{line_of('    name: sagepro')}: product.owners.name: has 2 owners")
    (twice,) = faults(bench, ("    name: sagepro\n", "    name: sagepro\n    name: clarity\n"))
    assert "product.owners.name: stands here twice" in twice


def test_a_field_or_an_owner_that_is_none_is_named(bench: Bench) -> None:
    (said,) = faults(bench, ("    status: sagepro\n", "    status: sagepro\n    colour: clarity\n"))
    assert "product.owners.colour: there is no field 'colour'" in said
    said = faults(bench, ("    name: sagepro\n", "    name: warehouse\n"))[0]
    assert "product.owners.name: 'warehouse' is no owner" in said


def test_a_direction_that_fills_what_the_other_side_owns_is_named_with_its_line(bench: Bench) -> None:
    before = "    description: {is: description, apply: [collapse]}\n"
    (said,) = faults(bench, (before, f"{before}    name: name\n"))
    place = line_of(before.strip()) + 1
    assert said.startswith(f"product.yaml:{place}: product.from_clarity.name: name is owned by sagepro")


@pytest.mark.parametrize(
    "field",
    [
        "name: product.name",
        "name: {first: [product.name, product.description]}",
        "name: {is: product.description, when: \"product.name != ''\"}",
        "name: {of: product, fields: {a: description}}",
        "name: \"'x' + product.name\"",
        "name: {is: product.description, apply: [{fill: product.name}]}",
        "name: {decide: product, take: published}",
        'name: "$root.product.name"',
        "name: product",
        "unitPrice: unit_price",
        "isPublished: published",
    ],
)
def test_no_form_of_a_field_gets_past_its_owner(bench: Bench, field: str) -> None:
    bench.write("rules/product.json", (MAPPINGS / "rules" / "product.json").read_text(encoding="utf-8"))
    before = "    Description2: {is: product.description"
    said = [
        fault
        for fault in faults(bench, (before, f"    {field}\n{before}"))
        if f"product.yaml:{line_of(before)}: product.to_sagepro." in fault
    ]
    assert said, field


def test_what_a_direction_reads_of_its_own_side_is_no_fault(bench: Bench) -> None:
    before = "    Description2: {is: product.description"
    assert faults(bench, (before, f"    Description: \"product.sku + ' ' + product.description\"\n{before}")) == []


def test_what_travels_both_ways_needs_owners(tmp_path: Path) -> None:
    _workbook, found = Workbook.inspect(tmp_path)
    assert [fault.file for fault in found if "it needs owners" in fault.message] == ["product.yaml"]


def test_of_two_routes_of_one_entity_one_at_most_goes_without_a_space() -> None:
    """Equal keys of the two sides would be one record of the store."""
    for entity in ENTITIES.values():
        spaces = [route.space for route in entity.routes]
        assert len(set(spaces)) == len(spaces), entity.name
    both = [entity.name for entity in ENTITIES.values() if len(sides_of(entity)) > 1]
    assert both == ["product"]


OWNERS: dict[str, str] = yaml.safe_load(SHEET)["product"]["owners"]
OWNED_BY = {side: {name for name, owner in OWNERS.items() if owner == side} for side in ("sagepro", "clarity")}
TEXTS = st.text("ab c1'-", max_size=12)
ITEM = {"Description": TEXTS, "Description2": TEXTS, "Price": st.decimals(1, 99, places=4).map(str)}
PRODUCT = {"name": TEXTS, "description": TEXTS, "unitPrice": st.decimals(1, 99, places=2).map(str)}
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("sagepro"), st.fixed_dictionaries({}, optional=ITEM)),
        st.tuples(st.just("clarity"), st.fixed_dictionaries({}, optional=PRODUCT)),
        st.tuples(st.just("sync"), st.sampled_from(["sagepro", "clarity"])),
    ),
    max_size=12,
)
WIRE = {"sagepro": {"Description": "sagepro", "Description2": "clarity", "Price": "sagepro"}}
WIRE["clarity"] = {"name": "sagepro", "unitPrice": "sagepro", "description": "clarity", "isPublished": "sagepro"}


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_no_sequence_of_edits_changes_a_field_by_its_non_owner(workbook: Workbook, edits: list[Any]) -> None:
    """Whatever people do on both sides, in whatever order it is carried: only the owner's values move."""
    sides: dict[str, dict[str, Any]] = {
        "sagepro": {"ItemCode": "A", "Description": "x", "Description2": "y", "Price": "1", "Prices": []},
        "clarity": {"productId": "p", "sku": "a", "name": "x", "description": "y", "unitPrice": "1"},
    }
    for kind, what in edits:
        if kind != "sync":
            sides[kind] |= what
            continue
        source, target = what, "clarity" if what == "sagepro" else "sagepro"
        written = carried(workbook, source, target, sides[source])
        assert all(WIRE[target][name] == source for name in written), (source, written)
        before = dict(sides[target])
        sides[target] |= written
        kept = {name: value for name, value in sides[target].items() if WIRE[target].get(name) != source}
        assert kept == {name: before[name] for name in kept}


def carried(workbook: Workbook, source: str, target: str, record: dict[str, Any]) -> dict[str, Any]:
    """What a record of one side makes the sheet write to the other."""
    read = workbook.apply("product", f"from_{source}", record)
    assert not read.faults, read.faults
    assert set(read.value) - PASSING <= OWNED_BY[source] | {"sku"}
    model = ENTITIES["product"].model.model_validate(read.value).model_dump()
    price = model["price"] if source == "sagepro" else None
    document = {"product": model, "unit_price": price, "published": None, "create": False}
    wrote = workbook.apply("product", f"to_{target}", document)
    assert not wrote.faults, wrote.faults
    assert dumps(wrote.value)
    assert not set(wrote.value) & MACHINERY
    return dict(wrote.value)
