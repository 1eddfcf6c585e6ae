"""A sheet with a slip of the pen is refused when it is loaded, with the field and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.errors import SheetError
from tandem.mapping import Workbook

from .conftest import MAPPINGS, Bench


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("{is: a, aplpy: [trim]}", "value.aplpy: is not known here; did you mean 'apply'?"),
        ("{looup: units, of: a}", "value: has none of the words is, lookup, link"),
        ("{}", "value: has none of the words"),
        ("7", "value: needs an expression or one of the forms; write {const: 7} for a fixed value"),
        ("[a, b]", "value: needs an expression or one of the forms"),
        ("{lookup: units}", "value.of: is missing"),
        ("{is: 7}", "value.is: needs an expression or a list of fields, not 7"),
        ("{is: 'a +'}", "value.is: 'a +' is no expression"),
        ("a +", "value: 'a +' is no expression"),
        ("uppr(a)", "value: 'uppr(a)' calls uppr(), which the expression language does not have"),
        ("{is: a, when: 'b ='}", "value.when: 'b ='"),
        ("{is: a, zone: local}", "value.zone: input should be 'connection', not 'local'"),
        ("{is: a, default: [1]}", "value.default: needs one text, number or truth value"),
        ("{is: a, apply: [trm]}", "value.apply[0]: there is no text function 'trm'; did you mean 'trim'"),
        ("{is: a, apply: [width]}", "value.apply[0]: width needs a column as table.column"),
        ("{is: a, apply: [{trim: 3}]}", "value.apply[0]: trim takes nothing after it; write only trim"),
        ("{is: a, apply: [[trim]]}", "value.apply[0]: an entry of apply is a name or {name: argument}, not ['trim']"),
        ("{is: a, apply: [{width: company}]}", "needs a column as table.column, such as arcust.company, not 'company'"),
        ("{is: a, apply: [{width: 30}]}", "needs a column as table.column, such as arcust.company, not 30"),
        ("{is: a, apply: [{width: ''}]}", "needs a column as table.column, such as arcust.company, not ''"),
        (
            "{is: a, apply: [{width: arcust.compny}]}",
            "the company has no text column arcust.compny; did you mean 'arcust.company'",
        ),
        ("{is: a, apply: [{replace: {}}]}", "needs the texts to replace as {from: to}, not {}"),
        ("{is: a, apply: [{replace: {a: 1}}]}", "needs a text to put in place (quote numbers), not 1"),
        ("{is: a, apply: [{pad_left: 0}]}", "needs the width to fill as a whole number, not 0"),
        ("{is: a, apply: [{pad_left: true}]}", "needs the width to fill as a whole number, not True"),
        ("{is: a, apply: [{round: -1}]}", "needs the number of decimals, not -1"),
        ("{is: a, apply: [{split: {at: ','}}]}", "needs {at: ..., take: ...}, not at"),
        ("{is: a, apply: [{split: ','}]}", "needs {at: ..., take: ...}, not ','"),
        ("{is: a, apply: [{split: {at: '', take: 1}}]}", "needs a text to cut at, not nothing"),
        ("{is: a, apply: [{sum: 'a + b'}]}", "needs a bare path such as amount, not 'a + b'"),
        ("{is: a, apply: [{fill: 'a + b'}]}", "needs a bare path such as shipment.tracking, not 'a + b'"),
        ("{is: a, apply: [{line: {take: 1, into: []}}]}", "into needs a list of columns"),
        ("{is: a, apply: [{line: {take: 1, into: [7]}}]}", "into needs a list of columns"),
        ("{is: a, apply: [{line: {take: 1, into: [x.y]}}]}", "the company has no text column x.y"),
        ("{is: a, apply: [address]}", "goes under a block of fields"),
        ("{of: a, fields: {b: b}, apply: [{address: lenient}]}", "takes nothing or partial, not 'lenient'"),
        ("{lookup: unit, of: a}", "value.lookup: there is no lookup 'unit'; did you mean 'units'?"),
        ("{lookup: units, of: 'a +'}", "value.of: 'a +' is no expression"),
        ("{link: custmer, of: a}", "value.link: there is no entity 'custmer'; did you mean 'customer'?"),
        ("{link: customer, of: 'a +'}", "value.of: 'a +' is no expression"),
        ("{decide: ordr, take: location}", "value.decide: there is no decision table 'ordr'; did you mean 'order'?"),
        ("{decide: order, take: locaton}", "value.take: order decides no 'locaton'; did you mean 'location'?"),
        ("{each: 'a +', fields: {b: b}}", "value.each: 'a +' is no expression"),
        ("{of: 'a +', fields: {b: b}}", "value.of: 'a +' is no expression"),
        ("{first: []}", "value.first"),
        ("{first: [a, {is: b, apply: [trm]}]}", "value.first[1].apply[0]: there is no text function 'trm'"),
        ("{chain: [{each: a, fields: {b: 'c +'}}]}", "value.chain[0].fields.b: 'c +' is no expression"),
        ("{is: [a, 'b +'], apply: [{join: x}]}", "value.is[1]: 'b +' is no expression"),
    ],
)
def test_a_slip_names_the_field_and_what_would_be_right(bench: Bench, field: str, fault: str):
    bench.write("lookups/units.yaml", "values: {each: 1}")
    bench.write("rules/order.json", (MAPPINGS / "rules" / "order.json").read_text(encoding="utf-8"))
    bench.fields(f"value: {field}")
    (found,) = bench.faults()
    assert found.startswith("shipment.yaml:3: shipment.free_from_clarity.value")
    assert fault in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{line_items: {each: lineItems, fields: {}}}", "Order has no field 'line_items'; did you mean 'lines'"),
        ("{lines: {each: lineItems, fields: {skuu: sku}}}", "OrderLine has no field 'skuu'; did you mean 'sku'?"),
        ("{lines: {each: lineItems, fields: {}}}", "lacks 'line_id', which OrderLine needs"),
        ("{lines: {fields: {sku: sku}}}", "gives a record, but the field is a list"),
        ("{total: {each: a, fields: {}}}", "gives a list, but the field is a number"),
        ("{ship_to: {chain: [{fields: {}}]}}", "gives a list, but the field is a record"),
        ("{total: totalAmount}", "order.from_clarity: lacks 'order_id', which Order needs"),
    ],
)
def test_fields_are_checked_against_the_canonical_model(bench: Bench, text: str, fault: str):
    bench.write("order.yaml", f"order: {{from_clarity: {text}}}")
    assert any(fault in found for found in bench.faults())


def test_custom_fields_have_free_names(bench: Bench):
    bench.write("order.yaml", "order: {from_clarity: {custom: {gift_note: a.b, other: {const: 'x'}}}}")
    assert not any(".custom" in fault for fault in bench.faults())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ExternalOrderId: order.ordr_id", "order.ordr_id: Order has no 'ordr_id'; did you mean 'order_id'"),
        ("ExternalOrderId: odrer.order_id", "odrer.order_id: OrderDocument has no 'odrer'; did you mean 'order'"),
        ("ExternalOrderId: order.number.first", "order.number.first: the text 'number' has no 'first'; none is known"),
        ("Notes: \"order.nte ?? 'x'\"", "order.nte: Order has no 'nte'; did you mean 'note'"),
        ("LineItems: {each: lines, fields: {ItemCode: skuu}}", "skuu: DocumentLine has no 'skuu'; did you mean 'sku'"),
        ("ShipToAddress: {of: order.ship_to, fields: {City: town}}", "town: Address has no 'town'"),
    ],
)
def test_paths_out_of_the_document_are_checked_too(bench: Bench, text: str, fault: str):
    bench.write("order.yaml", f"order:\n  to_sagepro:\n    {text}\n")
    assert any(fault in found for found in bench.faults())


def test_custom_fields_can_be_handed_on(bench: Bench):
    bench.write("targets.yaml", (MAPPINGS / "targets.yaml").read_text(encoding="utf-8"))
    bench.write("order.yaml", "order: {to_sagepro: {CustomFields: {gift: order.custom.gift_note}}}")
    assert not any("CustomFields" in fault for fault in bench.faults())


def test_payload_fields_are_checked_against_what_the_gateway_takes(bench: Bench):
    bench.write("targets.yaml", (MAPPINGS / "targets.yaml").read_text(encoding="utf-8"))
    bench.write(
        "order.yaml", "order: {to_sagepro: {CustomerNumber: order.customer_key, CustomFields: {x: order.note}}}"
    )
    faults = bench.faults()
    assert any("order has no field 'CustomerNumber'; did you mean 'CustomerNo'" in fault for fault in faults)
    assert any("lacks 'ExternalOrderId', which order needs" in fault for fault in faults)
    assert not any("CustomFields" in fault for fault in faults)


@pytest.mark.parametrize(
    ("targets", "fault"),
    [
        ("sagepro: {order: {A: needed}}", "targets.yaml:1: sagepro.order.A: needs required, optional, open"),
        ("sagepro: {order: {A: {each: 7}}}", "sagepro.order.A.each: needs a block of named entries"),
        ("sagepro: 7", "sagepro: needs a block of named entries"),
        ("[1", "is not YAML"),
    ],
)
def test_the_targets_are_checked(bench: Bench, targets: str, fault: str):
    bench.write("targets.yaml", targets)
    assert any(fault in found for found in bench.faults())


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("order.yaml", "ordr: {}", "order.yaml:1: needs one block, named 'order' as the file"),
        ("order.yaml", "[1]", "needs one block, named 'order' as the file"),
        ("order.yaml", "order: 7", "order: needs a block of directions such as from_clarity"),
        ("ordr.yaml", "ordr: {}", "there is no entity 'ordr'; did you mean 'order'?"),
        ("order.yaml", "order: {import: {a: b}}", "order.import: is no direction; a name such as from_clarity"),
        ("product.yaml", "product: {to_clarity: 7}", "product.to_clarity: needs a block of fields"),
        ("product.yaml", "product: {to_clarity: {}}", "product.to_clarity: needs a block of fields"),
        ("product.yaml", "product: {to_clarity: {a: sku, ignore: tags}}", "needs a list of field names"),
        ("product.yaml", "product: {to_clarity: {a: sku, ignore: [1]}}", "needs a list of field names"),
        ("product.yaml", "product: {to_clarity: {a: sku, a: name}}", "product.to_clarity.a: stands here twice"),
    ],
)
def test_the_frame_of_a_sheet_is_checked(bench: Bench, name: str, text: str, fault: str):
    bench.write(name, text)
    assert any(fault in found for found in bench.faults())


def test_all_faults_come_at_once_in_the_order_of_the_files(bench: Bench):
    bench.write("lookups/units.yaml", "valuez: {}")
    bench.fields("a: 'x y'\nb: 'y z'")
    with pytest.raises(SheetError) as caught:
        bench.load()
    assert str(caught.value).splitlines() == [
        "lookups/units.yaml:1: values: is missing",
        "lookups/units.yaml:1: valuez: is not known here; did you mean 'values'?",
        "shipment.yaml:3: shipment.free_from_clarity.a: 'x y' is no expression: Incomplete parser output",
        "shipment.yaml:4: shipment.free_from_clarity.b: 'y z' is no expression: Incomplete parser output",
    ]
    assert caught.value.exit_code == 2


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(SheetError, match="there is no folder"):
        Workbook.load(tmp_path / "gone")


def test_every_direction_that_a_route_needs_must_be_there(tmp_path: Path):
    _workbook, faults = Workbook.inspect(tmp_path)
    assert {(fault.file, fault.message.split("'")[1]) for fault in faults if "lacks" in fault.message} == {
        ("customer.yaml", "from_clarity"),
        ("customer.yaml", "to_sagepro"),
        ("customer.yaml", "from_clarity_order"),
        ("order.yaml", "from_clarity"),
        ("order.yaml", "to_sagepro"),
        ("shipment.yaml", "from_sagepro"),
        ("shipment.yaml", "to_clarity"),
        ("shipment.yaml", "order_from_clarity"),
        ("product.yaml", "from_sagepro"),
        ("product.yaml", "from_clarity"),
        ("product.yaml", "to_clarity"),
        ("product.yaml", "to_sagepro"),
        ("product.yaml", "listing_from_clarity"),
        ("product.yaml", "item_from_sagepro"),
        ("confirmation.yaml", "from_sagepro"),
        ("confirmation.yaml", "to_clarity"),
        ("confirmation.yaml", "order_from_clarity"),
        ("stock.yaml", "from_sagepro"),
        ("stock.yaml", "to_clarity"),
        ("stock.yaml", "product_from_clarity"),
        ("stock.yaml", "levels_from_clarity"),
        ("stock.yaml", "item_from_sagepro"),
        ("stock.yaml", "shelves_from_sagepro"),
    }


def test_the_version_is_that_of_the_content(bench: Bench):
    bench.fields("a: sku")
    first = bench.load().version
    assert bench.load().version == first
    bench.write("dialects/other.yaml", "a: 1")
    second = bench.load().version
    bench.write("notes.txt", "anything")
    assert bench.load().version == second != first
