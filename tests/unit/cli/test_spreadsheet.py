import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cli.spreadsheet import safe, write_csv


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        (Decimal("-12.50"), "-12.50"),
        ("+45", "+45"),
        (-5, "-5"),
        ("Acme = Sons", "Acme = Sons"),
        ("", ""),
        (None, ""),
        (True, "True"),
    ],
)
def test_case_132_what_looks_like_a_formula_is_text(value: object, cell: str) -> None:
    assert safe(value) == cell


@given(st.text())
def test_case_132_no_cell_begins_a_formula(text: str) -> None:
    cell = safe(text)
    assert cell in (text, f"'{text}")
    if cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        assert cell[1:].replace(".", "", 1).isdigit()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")), min_size=1))
def test_cells_come_back_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("csv") / "letters.csv"
    assert write_csv(file, ["reason", "absent"], ({"reason": text} for text in texts)) == len(texts)
    with file.open(newline="", encoding="utf-8-sig") as read:
        rows = list(csv.reader(read))
    assert rows == [["reason", "absent"], *([safe(text), ""] for text in texts)]


def test_every_cell_is_quoted(tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", ["a"], [{"a": 1}])
    assert (tmp_path / "x.csv").read_bytes() == '\ufeff"a"\r\n"1"\r\n'.encode()
