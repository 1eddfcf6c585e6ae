from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tandem.mapping import codepage


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Dvořák", "Dvorák"),
        ("Łódź", "Lódz"),
        ("Đorđe", "Dorde"),
        ("İstanbul", "Istanbul"),
        ("Žižek", "Žižek"),
        ("Šárka Štěpánková", "Šárka Štepánková"),
        ("Ștefan Țepeș", "Stefan Tepes"),
        ("Nguyễn Văn Bích", "Nguyên Van Bích"),
        ("Ǆ", "DŽ"),
        ("GROẞ", "GROSS"),
        ("O\u2010Neil\u2011Smith", "O-Neil-Smith"),
        ("a\u2009b\u200bc", "a bc"),
        ("ﬁn №5 ⅓", "fin No.5 1/3"),
    ],
)
def test_case_129_only_what_does_not_fit_is_replaced(written: str, stored: str):
    fitted = codepage.fitted(written)
    assert fitted == stored
    assert fitted.encode("cp1252").decode("cp1252") == stored


def test_decomposing_and_dropping_would_be_wrong():
    """The shortcut that the table exists to avoid."""

    def dropped(text: str) -> str:
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()

    assert dropped("Łódź") == "odz"
    assert dropped("Đorđe") == "ore"
    assert codepage.fitted("Łódź") != dropped("Łódź")
    assert codepage.fitted("Đorđe") != dropped("Đorđe")


def test_every_replacement_fits():
    assert all(codepage.fits(instead) for instead in codepage.TABLE.values())
    assert all(not codepage.fits(chr(point)) for point in codepage.TABLE)


def test_every_letter_of_the_latin_languages_of_europe_has_a_form():
    letters = "".join(map(chr, range(0x100, 0x180)))
    assert codepage.misfits(codepage.fitted(letters)) == []


def test_misfits_are_named_once():
    assert codepage.misfits("東京 東 ok") == ["東", "京"]
    assert codepage.misfits("é€") == []


def test_control_characters_become_blanks():
    assert codepage.fitted("a\tb\x00c\nd") == "a b c d"
    assert codepage.noted("a\tb\x00c\nd") == ("a\tb c\nd", [])


def test_a_note_gets_a_mark_for_each_run():
    assert codepage.noted("ring 👩‍🚀 twice, 東京") == ("ring [removed] twice, [removed]", ["👩🚀", "東京"])
    assert "?" not in codepage.noted("🎁🎁")[0]


def test_an_accent_left_over_joins_its_letter():
    assert codepage.fitted("A\u0304\u0301") == "Á"


@settings(deadline=None)
@given(st.text())
@example("Ǡ\u0304")
@example("\u0307i\u0307")
def test_fitting_twice_changes_nothing(text: str):
    once = codepage.fitted(text)
    assert codepage.fitted(once) == once
    noted, _removed = codepage.noted(text)
    assert codepage.noted(noted) == (noted, [])
    noted.encode("cp1252")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=["Cc"])))
def test_what_fits_is_left_alone(text: str):
    assert codepage.fitted(text) == codepage.composed(text)
