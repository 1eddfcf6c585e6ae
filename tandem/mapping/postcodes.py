"""Postcodes in the one form that their country writes them in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tandem.mapping.regions import Rules, rules_of

_LETTERS_BEFORE = re.compile(r"^[A-Z]{1,3}\s?-\s?(?=[0-9])")
_NEITHER = re.compile(r"[^A-Z0-9]+")


@lru_cache(maxsize=8192)
def normal_postcode(text: str, country: str) -> str | None:
    """The postcode as its country writes it (`sw1a1aa` as `SW1A 1AA`); None if it is none of that country.

    In a country without a rule it is kept, in capitals and without doubled blanks.
    """
    rules = rules_of(country)
    written = " ".join(text.upper().split())
    if rules.postcode is None:
        return written
    for start in _starts(written, rules):
        for form in _forms(start.strip(), rules.examples):
            if rules.postcode.fullmatch(form):
                return form
    return None


def _starts(written: str, rules: Rules) -> Iterable[str]:
    """As written, without the letters of the country before it, and with them."""
    return dict.fromkeys(
        (
            written,
            written.removeprefix(rules.prefix),
            written.removeprefix(f"{rules.country} "),
            _LETTERS_BEFORE.sub("", written),
            f"{rules.country}-{written}",
        )
    )


def _forms(written: str, examples: tuple[str, ...]) -> Iterator[str]:
    """The postcode with its separator where the country's examples have theirs, then as it was written."""
    bare = _NEITHER.sub("", written)
    alike = [example for example in examples if len(_NEITHER.sub("", example)) == len(bare)]
    for example in (*alike, *examples[:1]):
        found = _NEITHER.search(example)
        if found is None:
            yield bare
            continue
        from_end = len(example) - found.end()
        at = found.start() if example in alike else max(len(bare) - from_end, 0)
        yield bare[:at] + found.group() + bare[at:]
    yield written
    yield bare
