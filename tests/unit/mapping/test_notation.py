from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tandem.mapping.notation import SheetFault, Source, dotted, read


def source_of(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path, tmp_path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("007", "007"),
        ("0.10", Decimal("0.10")),
        ("1e3", "1e3"),
        ("2026-03-02", "2026-03-02"),
        ("'12'", "12"),
        ("'true'", "true"),
        ("12:30", "12:30"),
    ],
)
def test_a_scalar_is_what_an_integrator_means(tmp_path: Path, written: str, meant: Any):
    value = source_of(tmp_path, f"key: {written}").content["key"]
    assert value == meant
    assert type(value) is type(meant)


def test_a_country_code_as_a_key_stays_text(tmp_path: Path):
    assert source_of(tmp_path, "NO: x\n1: y").content == {"NO": "x", "1": "y"}


def test_an_equal_key_is_a_fault_with_its_line(tmp_path: Path):
    source = source_of(tmp_path, "a:\n  b: 1\n  b: 2\n")
    assert [str(fault) for fault in source.faults] == [
        "a.yaml:2: a.b: stands here twice; the second would silently win"
    ]


def test_blocks_can_be_merged_and_overridden(tmp_path: Path):
    source = source_of(tmp_path, "base: &base {x: 1, y: 2}\nmore: {<<: *base, y: 3}")
    assert source.content["more"] == {"x": 1, "y": 3}


def test_only_a_block_can_be_merged(tmp_path: Path):
    source = source_of(tmp_path, "more: {<<: 7}")
    assert [fault.message for fault in source.faults] == ["only a block of named fields can be merged in"]


def test_a_key_that_is_no_word_is_a_fault(tmp_path: Path):
    source = source_of(tmp_path, "? [a, b]\n: 1\n")
    assert [fault.message for fault in source.faults] == ["a key must be one word or a quoted text"]


def test_what_is_not_yaml_names_the_line(tmp_path: Path):
    (fault,) = source_of(tmp_path, "a: [1,\nb: 2}\n").faults
    assert fault.line == 2
    assert "is not YAML" in fault.message


def test_a_file_in_another_encoding_cannot_be_read(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"a: \xff")
    (fault,) = read(tmp_path / "a.yaml", tmp_path).faults
    assert "cannot be read" in fault.message


def test_an_empty_file_holds_nothing(tmp_path: Path):
    assert source_of(tmp_path, "# nothing\n").content is None


def test_lists_and_lines(tmp_path: Path):
    source = source_of(tmp_path, "a:\n  - x\n  - y: 1\n")
    source.fault(("a", 1, "y"), "wrong")
    source.fault(("a", 1, "z", "deeper"), "wrong")
    source.fault((), "all of it")
    assert [str(fault) for fault in source.faults] == [
        "a.yaml:3: a[1].y: wrong",
        "a.yaml:3: a[1].z.deeper: wrong",
        "a.yaml:1: all of it",
    ]


def test_a_fault_without_a_line():
    assert str(SheetFault("a.yaml", "b", "wrong")) == "a.yaml: b: wrong"
    source = Source("a.json")
    source.fault(("x",), "wrong")
    assert str(source.faults[0]) == "a.json: x: wrong"


def test_dotted():
    assert dotted(("order", "lines", 2, "sku")) == "order.lines[2].sku"
    assert dotted(()) == ""
