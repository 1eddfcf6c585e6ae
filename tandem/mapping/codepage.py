"""Code page 1252, which Sage Pro's text columns are in: what does not fit and what stands in its place.

The table is explicit, one row per replacement, because taking letters apart and dropping the accents does not work:
it turns `Łódź` into `odz` and `Đorđe` into `ore`. What stands in no row has no loss-free form here.
"""

# The tables below hold look-alike characters on purpose.
# ruff: noqa: RUF001

from __future__ import annotations

import re
import unicodedata

_LETTERS = """
A ĀĂĄǍǠȀȂȦȺḀẠẢẬẮẰẲẴẶ
B ƁḂḄḆ
C ĆĈĊČȻ
D ĎĐƉƊḊḌḎḐḒ
E ĒĔĖĘĚƏƐȄȆȨɆḔḖḘḚḜẸẺẼỆ
F Ḟ
G ĜĞĠĢǤǦǴḠ
H ĤĦȞḢḤḦḨḪ
I ĨĪĬĮİƗǏȈȊḬỈỊ
J ĴɈ
K ĶƘǨḰḲḴ
L ĹĻĽŁȽḶḸḺḼ
M ḾṀṂ
N ŃŅŇŊƝǸṄṆṈṊ
O ŌŎŐƆƠǑǪǬȌȎȮȰṐṒỌỎỘỚỜỞỠỢ
P ṔṖ
R ŔŖŘȐȒɌṘṚṜṞ
S ŚŜŞȘṠṢṤṨ
T ŢŤŦƮȚȾṪṬṮṰ
U ŨŪŬŮŰŲƯǓȔȖɄṲṴṶṸṺỤỦỨỪỬỮỰ
V ṼṾ
W ŴẀẂẄẆẈ
X ẊẌ
Y ŶƳȲɎẎỲỴỶỸ
Z ŹŻƵẐẒẔ
a āăąǎǡȁȃȧḁạảậắằẳẵặⱥ
b ƀḃḅḇɓ
c ćĉċčȼ
d ďđḋḍḏḑḓɗ
e ēĕėęěȅȇȩɇḕḗḙḛḝẹẻẽệɛ
f ḟ
g ĝğġģǥǧǵḡ
h ĥħȟḣḥḧḩḫẖ
i ĩīĭįıǐȉȋḭỉịɨ
j ĵǰȷɉ
k ķĸƙǩḱḳḵ
l ĺļľłƚḷḹḻḽ
m ḿṁṃ
n ńņňŋǹṅṇṉṋɲ
o ōŏőơǒǫǭȍȏȯȱṑṓọỏộớờởỡợɔ
p ṕṗ
r ŕŗřȑȓɍṙṛṝṟ
s śŝşſșṡṣṥṩẛ
t ţťŧțṫṭṯṱẗⱦ
u ũūŭůűųưǔȕȗṳṵṷṹṻụủứừửữựʉ
v ṽṿ
w ŵẁẃẅẇẉẘ
x ẋẍ
y ŷƴȳɏẏẙỳỵỷỹ
z źżƶẑẓẕ
Â ẤẦẨẪ
Ä Ǟ
Å Ǻ
Æ ǢǼ
Ç Ḉ
Ê ẾỀỂỄ
Ï Ḯ
Ô ỐỒỔỖ
Õ ȬṌṎ
Ö Ȫ
Ø Ǿ
Ü ǕǗǙǛ
â ấầẩẫ
ä ǟ
å ǻ
æ ǣǽ
ç ḉ
ê ếềểễ
ï ḯ
ô ốồổỗ
õ ȭṍṏ
ö ȫ
ø ǿ
ü ǖǘǚǜ
Š Ṧ
š ṧ
'n ŉ
DZ Ǳ
Dz ǲ
DŽ Ǆ
Dž ǅ
IJ Ĳ
LJ Ǉ
Lj ǈ
L· Ŀ
NJ Ǌ
Nj ǋ
SS ẞ
dz ǳ
dž ǆ
ij ĳ
lj ǉ
l· ŀ
nj ǌ
"""

_SIGNS = {
    "-": "\u2010\u2011\u2012\u2212",
    "—": "\u2015",
    "'": "\u2032\u02b9",
    '"': "\u2033\u02ba",
    "‘": "\u201b\u02bb",
    "’": "\u02bc",
    "“": "\u201f",
    "/": "\u2044\u2215",
    " ": "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2029",
    "": "\u0307\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "No.": "\u2116",
    "c/o": "\u2105",
    "1/3": "\u2153",
    "2/3": "\u2154",
    "1/8": "\u215b",
    "3/8": "\u215c",
    "5/8": "\u215d",
    "7/8": "\u215e",
    "£": "\u20a4",
    "ff": "\ufb00",
    "fi": "\ufb01",
    "fl": "\ufb02",
    "ffi": "\ufb03",
    "ffl": "\ufb04",
}


def _table() -> dict[int, str]:
    rows = (line.rsplit(" ", 1) for line in _LETTERS.strip().splitlines())
    letters = {ord(char): instead for instead, chars in rows for char in chars}
    return letters | {ord(char): instead for instead, chars in _SIGNS.items() for char in chars}


TABLE = _table()
"""Code point -> what stands in its place; every replacement fits the code page."""

MARK = "[removed]"
"""Stands in a note where something was that the code page cannot hold."""

_MISFIT = re.compile("[^" + re.escape("".join(bytes([b]).decode("cp1252", "ignore") for b in range(256))) + "]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_CONTROL_IN_NOTE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")


def composed(text: str) -> str:
    """The text in Unicode form NFC, in which `e` with a combining accent is one character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fits(text: str) -> bool:
    """Whether the code page holds every character."""
    return _MISFIT.search(text) is None


def fitted(text: str) -> str:
    """The text in NFC with control characters blanked and, where needed, replacements from the table.

    What the table does not know is left where it stands; `misfits` lists it.
    """
    if text.isascii() and text.isprintable():
        return text
    return _replaced(_CONTROL.sub(" ", composed(text)))


def misfits(text: str) -> list[str]:
    """Each character that the code page cannot hold, once, in the order of the text."""
    return list(dict.fromkeys("".join(_MISFIT.findall(text))))


def noted(text: str) -> tuple[str, list[str]]:
    """A free note made to fit: what has no replacement becomes one mark per run; also what was removed."""
    text = _replaced(_CONTROL_IN_NOTE.sub(" ", composed(text)))
    return _MISFIT.sub(MARK, text), _MISFIT.findall(text)


def _replaced(text: str) -> str:
    if fits(text):
        return text
    # A base letter that the table leaves behind may join an accent that followed: compose and look again.
    again = composed(_MISFIT.sub(lambda part: part.group().translate(TABLE), text))
    return again if again == text else _replaced(again)
