from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities.state import Fault
from tandem.mapping.folding import fold
from tandem.mapping.forms import FORMS
from tandem.mapping.functions import FUNCTIONS, Making, build_step
from tandem.mapping.run import Hindrance, Place, Run

CHICAGO = ZoneInfo("America/Chicago")
WIDTHS: Mapping[str, int] = {
    "arcust.company": 30, "soaddr.company": 35, "t.ten": 10, "t.phone": 20, "t.a1": 12, "t.a2": 12, "sotran.item": 8,
}  # fmt: skip


def run_of(zone: ZoneInfo | None = CHICAGO, **scope: Any) -> Run:
    run = Run({}, zone)
    run.scope = scope
    return run


def making(widths: Mapping[str, int] | None = WIDTHS) -> Making:
    return Making(Place("Target", "source"), widths, {"eire": "IE"}, {})


def call(value: Any, *items: Any, run: Run | None = None, widths: Mapping[str, int] | None = WIDTHS) -> Any:
    run = run or run_of()
    for item in items:
        value = build_step(item, making(widths))(value, run)
    return value


@pytest.mark.parametrize(
    ("item", "value", "result"),
    [
        ("trim", "  a b ", "a b"),
        ("trim", 12, "12"),
        ("trim", Decimal("1E+2"), "100"),
        ("trim", date(2026, 3, 2), "2026-03-02"),
        ("trim", [" a", "b "], ["a", "b"]),
        ("collapse", " a \n b\tc ", "a b c"),
        ("upper", "abc-1", "ABC-1"),
        ("lower", "ABC", "abc"),
        ("casefold", "Straße", "strasse"),
        ("nfc", "Cafe\u0301", "Café"),
        ("email_key", " Ann@X.com ", "ann@x.com"),
        ("digits", "+45 45-45 (ext 7)", "4545457"),
        ({"replace": {"a": "b", "b": "c"}}, "ab", "cc"),
        ({"prefix": "guest:"}, "x", "guest:x"),
        ({"prefix": "guest:"}, "", ""),
        ({"suffix": "!"}, "x", "x!"),
        ({"suffix": "!"}, "", ""),
        ({"pad_left": 10}, "1002", "      1002"),
        ({"join": ", "}, ["a", " ", None, ["b", 3]], "a, b, 3"),
        ({"join": " "}, "alone", "alone"),
        ({"join": " "}, [], ""),
        ({"split": {"at": ",", "take": 2}}, "a, b,c", "b"),
        ({"split": {"at": ",", "take": 4}}, "a,b", ""),
        ({"default": "each"}, "", "each"),
        ({"default": "each"}, None, "each"),
        ({"default": "each"}, "box", "box"),
        ("flag", "Y", True),
        ("flag", "no", False),
        ("flag", "", False),
        ("flag", 1, True),
        ("flag", False, False),
        ({"sum": "amount"}, [{"amount": Decimal("1.10")}, {"amount": "2.25"}], Decimal("3.35")),
        ({"sum": "tax.amount"}, ({"tax": {"amount": 1}},), Decimal(1)),
        ({"sum": "amount"}, [], Decimal(0)),
        ({"round": 2}, Decimal("2.345"), Decimal("2.35")),
        ({"round": 0}, "2.5", Decimal(3)),
        ("number", " 12.50 ", Decimal("12.50")),
        ({"date": "%d/%m/%Y"}, "2026-03-02T10:11:12Z", "02/03/2026"),
        ({"date": "%Y"}, date(2026, 3, 2), "2026"),
        ({"date": "%Y"}, "", None),
        ({"parse_date": "%d/%m/%Y"}, "02/03/2026", "2026-03-02"),
        ("country", "Deutschland", "DE"),
        ("country", "EIRE", "IE"),
        ("country", " ", ""),
        ("cp1252", "Dvořák", "Dvorák"),
        ("cp1252_note", "hi 🎁", "hi [removed]"),
        ({"width": "t.ten"}, "1234567890 more", "1234567890"),
        ({"width": "t.ten"}, "123456789 more", "123456789"),
        ({"rest": "t.ten"}, "1234567890 more", "more"),
        ({"rest": "t.ten"}, "short", ""),
        ({"exact": "sotran.item"}, "ABC-1", "ABC-1"),
        ({"width": "arcust.company soaddr.company"}, "x" * 40, "x" * 30),
    ],
)
def test_what_functions_do(item: Any, value: Any, result: Any):
    made = call(value, item)
    assert made == result
    assert type(made) is type(result)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"default", "address"}))
def test_nothing_stays_nothing(name: str):
    arguments: dict[str, Any] = {
        "replace": {"a": "b"}, "prefix": "x", "suffix": "x", "pad_left": 3, "join": ",", "sum": "a", "round": 2,
        "split": {"at": ",", "take": 1}, "date": "%Y", "parse_date": "%Y", "width": "t.ten", "exact": "t.ten",
        "rest": "t.ten", "phone": "t.ten", "line": {"take": 1, "into": ["t.a1"]}, "fill": "a", "refuse": "no",
    }  # fmt: skip
    run = run_of()
    assert call(None, {name: arguments[name]} if name in arguments else name, run=run) is None
    assert run.events == []


@pytest.mark.parametrize(
    ("item", "value", "message"),
    [
        ("trim", True, "the truth value true stands where a text is needed"),
        ("trim", {"a": 1}, "a record stands"),
        ("trim", 1.5, "a float stands"),
        ("flag", "perhaps", "'perhaps' is neither yes nor no"),
        ({"sum": "amount"}, "12", "a list of records is needed"),
        ({"sum": "amount"}, [1], "a list of records is needed"),
        ({"sum": "amount"}, [{"amount": None}], "None is no exact number"),
        ({"round": 2}, 1.5, "1.5 is no exact number"),
        ("number", "twelve", "'twelve' is no exact number"),
        ("number", Decimal("NaN"), "is no exact number"),
        ({"date": "%Y"}, "yesterday", "'yesterday' is no date"),
        ({"parse_date": "%d/%m/%Y"}, "2026-03-02", "is no date in the form %d/%m/%Y"),
        ("business_date", "yesterday", "'yesterday' is no date-time"),
        ("country", "Germny", "is no known country; did you mean Germany"),
        ("country", "Qqqqqq", "'Qqqqqq' is no known country$"),
        ("cp1252", "東京商事", "東 京 商 事 which code page 1252 cannot hold"),
        ({"exact": "sotran.item"}, "ABC-12345", "has 9 characters; sotran.item holds 8"),
        ({"exact": "sotran.item"}, "ŻABA", "is not in code page 1252"),
        ({"refuse": "ask first"}, "x", "'x': ask first"),
    ],
)
def test_what_hinders_is_said(item: Any, value: Any, message: str):
    with pytest.raises(Hindrance, match=message):
        call(value, item)


def test_nothing_is_refused_where_there_is_nothing():
    assert call("", {"refuse": "never"}) == ""


def test_a_template_is_filled_as_a_web_address_needs_it():
    assert call("https://x/{}", {"fill": "t.no"}, run=run_of(t={"no": "1Z 9/é"})) == "https://x/1Z%209%2F%C3%A9"
    assert call("https://x/{}", {"fill": "t.no"}, run=run_of(t={"no": ""})) is None
    assert call("", {"fill": "t.no"}, run=run_of(t={"no": "1"})) == ""


def test_an_argument_of_a_default_is_in_the_trace():
    run = run_of()
    call("", {"default": "each"}, run=run)
    assert [(line.kind, line.target, line.note) for line in run.events] == [
        ("default", "Target", "'each' because there was nothing")
    ]


def test_the_business_date_is_the_day_in_the_connections_zone():
    assert call("2026-03-02T03:00:00Z", "business_date") == "2026-03-01"
    assert call("2026-03-01T21:00:00", "business_date") == "2026-03-01"
    assert call(datetime(2026, 3, 2, 3, tzinfo=UTC), "business_date") == "2026-03-01"
    with pytest.raises(Hindrance, match="set TANDEM_CLARITY_ZONE") as caught:
        call("2026-03-02T03:00:00Z", "business_date", run=run_of(None))
    assert caught.value.fault is Fault.CONFIGURATION


# Fitting text into columns


def test_case_124_a_long_name_goes_on_in_the_second_field():
    name = "Acme Industrial Components Europe B"
    run = run_of()
    assert call(name, "cp1252", {"width": "arcust.company"}, run=run) == "Acme Industrial Components Eur"
    assert call(name, "cp1252", {"rest": "arcust.company"}, run=run) == "ope B"
    (line,) = run.events
    assert line.kind == "truncated"
    assert line.note == (
        "'Acme Industrial Components Europe B' has 35 characters; arcust.company holds 30; "
        "cut to 'Acme Industrial Components Eur'"
    )
    with pytest.raises(Hindrance, match=r"has 35 characters; arcust\.company holds 30") as caught:
        call(name, {"exact": "arcust.company"})
    assert caught.value.kind == "too-long"


def test_case_127_text_is_composed_before_it_is_measured():
    run = run_of()
    assert call("Cafe\u0301", "cp1252", {"width": "t.ten"}, run=run) == "Café"
    assert len(call("Cafe\u0301", "nfc")) == 4
    assert call("123456789e\u0301", {"width": "t.ten"}, run=run) == "123456789é"
    assert call("123456789e\u0301", {"exact": "t.ten"}, run=run) == "123456789é"
    assert run.events == []


def test_case_128_what_fits_1252_is_stored_exactly():
    text = "Café “Zoë” \N{EN DASH} €"
    run = run_of()
    assert call(text, "cp1252", run=run) == text
    assert run.events == []
    with pytest.raises(UnicodeEncodeError):
        text.encode("latin-1")


def test_case_129_the_original_is_kept_in_the_trace():
    run = run_of()
    names = ["Dvořák", "Łódź", "Đorđe", "İstanbul", "Žižek"]
    assert call(names, "cp1252", run=run) == ["Dvorák", "Lódz", "Dorde", "Istanbul", "Žižek"]
    assert [(line.kind, line.note) for line in run.events] == [
        ("substituted", "'Dvořák' became 'Dvorák'"),
        ("substituted", "'Łódź' became 'Lódz'"),
        ("substituted", "'Đorđe' became 'Dorde'"),
        ("substituted", "'İstanbul' became 'Istanbul'"),
    ]


def test_case_130_a_name_without_a_loss_free_form_is_held():
    for name in ("東京商事", "Ann 🎁"):
        with pytest.raises(Hindrance, match="code page 1252 cannot hold") as caught:
            call(name, "cp1252")
        assert caught.value.kind == "not-in-code-page"
    run = run_of()
    assert call("Ring twice 🎁", "cp1252_note", run=run) == "Ring twice [removed]"
    assert [line.kind for line in run.events] == ["removed"]
    call("Łódź", "cp1252_note", run=run)
    assert run.events[-1].kind == "substituted"


def test_case_133_a_phone_number_is_kept_and_cut_by_rule():
    number = "+45 45 45 45 45 ext 7"
    run = run_of()
    assert call(number, {"phone": "arcust.company"}, run=run) == number
    assert call(number, "digits") == call("4545454545-7", "digits")
    assert run.events == []
    assert call(number, {"phone": "t.phone"}, run=run) == "+4545454545 ext 7"
    assert call(number, {"phone": "t.ten"}, run=run) == "+454545454"
    assert [line.kind for line in run.events] == ["substituted", "truncated"]


def test_case_137_a_sku_is_never_cut():
    with pytest.raises(Hindrance, match=r"'ABC-123456789' has 13 characters; sotran\.item holds 8"):
        call("abc-123456789 ", "trim", "upper", {"exact": "sotran.item"})


def test_case_134_items_are_matched_trimmed_and_in_one_case():
    assert call("abc-1 ", "trim", "upper") == call("ABC-1", "trim", "upper")


def test_case_123_three_address_lines_into_two():
    lines = ["Acme Ltd", "Dock 4", "Main St"]
    into = {"into": ["t.a1", "t.a2"]}
    run = run_of()
    assert call(lines, {"line": {"take": 1, **into}}, run=run) == "Acme Ltd"
    assert call(lines, {"line": {"take": 2, **into}}, run=run) == "Dock 4, Main"
    assert call(lines, {"line": {"take": 3, **into}}, run=run) is None
    (line,) = run.events
    assert line.kind == "truncated"
    assert "'Dock 4, Main St' has 15 characters; t.a2 holds 12" in line.note
    assert call(["a", None, " "], {"line": {"take": 2, **into}}, run=run) == ""


def test_a_line_that_this_company_lacks_is_left_out():
    lines = ["a", "b", "c"]
    into = {"into": ["t.a1", "t.a2", "t.a3?"]}
    assert call(lines, {"line": {"take": 2, **into}}) == "b, c"
    assert call(lines, {"line": {"take": 3, **into}}) is None
    assert call(lines, {"line": {"take": 3, **into}}, widths={**WIDTHS, "t.a3": 5}) == "c"


@pytest.mark.parametrize(
    ("lines", "widths", "folded"),
    [
        (["a"], [5, 5], ["a"]),
        (["a", "b", "c"], [9, 9], ["a", "b, c"]),
        (["a", "b", "a very long one"], [9, 15], ["a, b", "a very long one"]),
        (["a", "b", "c"], [9], ["a, b, c"]),
        (["a", "b", "c", "d"], [9, 9], ["a", "b, c, d"]),
        ([], [9], []),
    ],
)
def test_lines_are_joined_where_least_is_lost(lines: list[str], widths: list[int], folded: list[str]):
    assert fold(lines, widths) == folded


def test_widths_that_were_not_read_are_a_fault_of_configuration():
    for item in (
        {"width": "t.ten"}, {"exact": "t.ten"}, {"rest": "t.ten"}, {"phone": "t.ten"},
        {"line": {"take": 1, "into": ["t.ten"]}},
    ):  # fmt: skip
        with pytest.raises(Hindrance, match=r"the width of t\.ten is not known") as caught:
            call(["x"] if "line" in item else "x", item, widths=None)
        assert caught.value.fault is Fault.CONFIGURATION
    assert call(["x"], {"line": {"take": 2, "into": ["t.ten"]}}, widths=None) is None


@settings(deadline=None)
@given(st.text())
def test_width_is_never_exceeded_after_encoding(text: str):
    run = run_of()
    stored = call(text, "cp1252_note", {"width": "t.ten"}, run=run)
    assert len(stored.encode("cp1252")) <= 10
    assert call(stored, "cp1252_note", {"width": "t.ten"}, run=run) == stored


@settings(deadline=None)
@given(st.text(), st.sampled_from(["trim", "collapse", "upper", "lower", "casefold", "nfc", "email_key", "digits"]))
def test_text_functions_are_idempotent(text: str, name: str):
    once = call(text, name)
    assert call(once, name) == once


@settings(deadline=None)
@given(st.text())
def test_a_phone_number_fits_its_column(text: str):
    stored = call(text, {"phone": "t.ten"})
    assert len(stored) <= 10


def test_every_form_stands_in_the_readme():
    readme = (Path(__file__).parents[3] / "mappings" / "README.md").read_text(encoding="utf-8")
    section = readme.split("### Forms of a field")[1].split("### ")[0]
    assert [word for word in FORMS if f"`{{{word}: " not in section and f", {word}: " not in section] == []


def test_every_function_stands_in_the_readme():
    """What integrators read is what there is, with the same sentence."""
    readme = (Path(__file__).parents[3] / "mappings" / "README.md").read_text(encoding="utf-8")
    section = readme.split("### Text functions")[1].split("## ")[0]
    rows = [line.strip("| ").split(" | ", 2) for line in section.splitlines() if line.startswith("| `")]
    listed = {name.strip("`{").split(":")[0]: (given, text) for name, given, text in rows}
    assert listed == {name: (one.argument or "nothing", one.summary) for name, one in FUNCTIONS.items()}
    assert all(one.summary for one in FUNCTIONS.values())
