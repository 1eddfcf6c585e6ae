"""Names made comparable: for looking things up, never for storing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_A_LETTER = re.compile(r"[\W_]+")


@lru_cache(maxsize=16384)
def comparable(text: str) -> str:
    """Without case, accents, punctuation and a leading article: `St. Kitts & Nevis` as `saint kitts and nevis`."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    words = _NOT_A_LETTER.sub(" ", letters).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join("saint" if word == "st" else word for word in words)


def key_of(text: str) -> str:
    """As lookups, items and e-mail addresses are matched: NFC, trimmed, case-folded."""
    return unicodedata.normalize("NFC", text).strip().casefold()
