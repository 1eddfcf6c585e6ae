from __future__ import annotations

import pytest

from tandem.errors import SheetError

from .conftest import Bench


def test_keys_are_trimmed_and_case_counts_for_nothing(bench: Bench):
    bench.write("lookups/units.yaml", "values: {Case of 12: 12, each: 1}")
    mapped = bench.map("pack: {lookup: units, of: unit}", {"unit": " CASE OF 12 "})
    assert mapped.value == {"pack": 12}


def test_an_unmapped_value_is_held_with_the_field_and_what_is_known(bench: Bench):
    bench.write("lookups/terms.yaml", "values: {creditCard: Prepaid, invoice: Net 30}")
    mapped = bench.map("terms: {lookup: terms, of: paymentInfo.method}", {"paymentInfo": {"method": "creditcrd"}})
    (fault,) = mapped.faults
    assert (fault.field, fault.kind) == ("paymentInfo.method", "unmapped")
    assert fault.message == (
        "'creditcrd' is not in lookup terms; did you mean 'creditCard'? Or add it to lookups/terms.yaml"
    )
    assert mapped.value == {}


def test_a_value_like_none_of_the_known_is_told_what_is_known(bench: Bench):
    bench.write("lookups/terms.yaml", "values: {creditCard: Prepaid, invoice: Net 30}")
    (fault,) = bench.map("terms: {lookup: terms, of: method}", {"method": "zzz"}).faults
    assert fault.message == (
        "'zzz' is not in lookup terms; known are 'creditCard', 'invoice'. Or add it to lookups/terms.yaml"
    )


def test_a_value_that_is_absent_takes_the_default(bench: Bench):
    bench.write("lookups/terms.yaml", "values: {card: Prepaid}")
    for record in ({}, {"method": None}, {"method": " "}):
        assert bench.map("terms: {lookup: terms, of: method}", record).value == {}
        mapped = bench.map("terms: {lookup: terms, of: method, default: Prepaid}", record)
        assert mapped.value == {"terms": "Prepaid"}
        assert not mapped.faults


@pytest.mark.parametrize(("otherwise", "value"), [("keep", "Drone"), ("{value: OTHER}", "OTHER"), ("{value: ''}", "")])
def test_what_others_become(bench: Bench, otherwise: str, value: str):
    bench.write("lookups/via.yaml", f"values: {{ground: GROUND}}\notherwise: {otherwise}")
    mapped = bench.map("via: {lookup: via, of: method}", {"method": "Drone"})
    assert (mapped.value, mapped.faults) == ({"via": value}, [])


def test_a_list_is_no_key(bench: Bench):
    bench.write("lookups/via.yaml", "values: {ground: GROUND}")
    (fault,) = bench.map("via: {lookup: via, of: method}", {"method": ["a"]}).faults
    assert fault.message == "a list stands where a text is needed"


@pytest.mark.parametrize(
    ("lookup", "told"),
    [
        ("values: {MAIN: WEB, EAST: ' web', WEST: ''}", "values.EAST: is ' web', and so is 'MAIN'"),
        ("values: {MAIN: WEB}\notherwise: {value: WEB}", "otherwise: all others would be 'WEB'"),
        ("values: {MAIN: WEB}\notherwise: keep", "values.MAIN: is 'WEB', and by `otherwise` 'WEB' itself would be"),
    ],
)
def test_two_locations_cannot_fill_one_place_of_the_shop(bench: Bench, lookup: str, told: str):
    """Each would overwrite the other's stock."""
    bench.write("lookups/locations.yaml", lookup)
    with pytest.raises(SheetError) as error:
        bench.load()
    assert f"lookups/locations.yaml:1: {told}" in str(error.value).replace("yaml:2", "yaml:1")
    assert "overwrite each other" in str(error.value)


@pytest.mark.parametrize("lookup", ["values: {MAIN: WEB, EAST: E, WEST: '', REPAIR: ''}\notherwise: {value: ''}"])
def test_any_number_of_locations_may_be_sold_from_nowhere(bench: Bench, lookup: str):
    bench.write("lookups/locations.yaml", lookup)
    assert bench.load().lookup("locations", "WEST") == ""


def test_a_lookup_can_be_asked_alone(bench: Bench):
    bench.write("lookups/units.yaml", "values: {each: 1}")
    workbook = bench.load()
    assert workbook.lookup("units", "EACH") == 1
    assert workbook.lookup("units", "crate") is None
    with pytest.raises(SheetError, match="there is no lookup 'unit'; did you mean 'units'"):
        workbook.lookup("unit", "each")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("values: {a: 1, A: 2}", "values.A: stands here twice in different case"),
        ("values: {a: [1]}", "values.a: needs one text, number or truth value"),
        ("values: {a: null}", "values.a: needs one text, number or truth value"),
        ("values: [a]", "values: input should be a valid dictionary"),
        ("values: {a: 1}\notherwise: kep", "otherwise: needs keep or {value: ...}, not 'kep'"),
        ("values: {a: 1}\notherwise: {valuez: 1}", "otherwise: needs keep or {value: ...}"),
        ("[", "is not YAML"),
    ],
)
def test_a_lookup_is_checked(bench: Bench, text: str, fault: str):
    bench.write("lookups/x.yaml", text)
    (found,) = bench.faults()
    assert fault in found
    assert found.startswith("lookups/x.yaml:")


def test_the_lookup_of_countries_holds_codes(bench: Bench):
    bench.write("lookups/countries.yaml", "values: {EIRE: IE, Narnia: XX, Unspecified: ZZ}")
    (found,) = bench.faults()
    assert found == "lookups/countries.yaml: values.narnia: 'XX' is no ISO 3166 code of two letters"
