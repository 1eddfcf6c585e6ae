"""Countries by code or by name, whatever language the name is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from tandem.mapping.comparison import comparable
from tandem.mapping.suggest import suggestions

_NO_COUNTRY = frozenset({"EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of CLDR for groups of countries, for tests and for "unknown"; a lookup may still name them."""

_LANGUAGES = (
    "ar bg cs da de el es et fi fr he hr hu it ja ko lt lv nb nl pl pt ro ru sk sl sr sv tr uk zh"
)  # fmt: skip
"""Languages in which shops write countries, besides English; their names are loaded when English fails."""


def country_of(text: str, own: Mapping[str, str]) -> str | None:
    """The ISO 3166 alpha-2 code of a country given by code or name; None if nobody knows it.

    `own` are the names of the lookup `countries`, which go before all others.
    """
    name = comparable(text)
    return own.get(name) or codes().get(name) or names().get(name) or foreign_names().get(name)


def suggested(text: str, own: Mapping[str, str]) -> list[str]:
    """Names of countries like this one, for a person to choose from."""
    return suggestions(text, [*_english().values(), *own])


def lookup_names(values: Mapping[str, object]) -> dict[str, str]:
    """The lookup `countries` in the form that `country_of` takes."""
    return {comparable(name): str(code) for name, code in values.items()}


@cache
def is_code(code: str) -> bool:
    """Whether a code stands for a country, or for the unknown country `ZZ`."""
    return code in _english() or code == "ZZ"


@cache
def _english() -> dict[str, str]:
    return {code: name for code, name in _territories("en") if code not in _NO_COUNTRY}


def _territories(language: str) -> Iterable[tuple[str, str]]:
    return [(code, name) for code, name in Locale.parse(language).territories.items() if len(code) == 2]


@cache
def codes() -> dict[str, str]:
    """Codes of two and three letters, and codes no longer in use that have one successor."""
    found = {code.casefold(): code for code in _english()}
    for code, successors in get_global("territory_aliases").items():
        if len(successors) == 1 and successors[0] in _english() and code.isalpha():
            found.setdefault(code.casefold(), successors[0])
    return found


@cache
def names() -> dict[str, str]:
    """Country names in English."""
    return {comparable(name): code for code, name in _english().items()}


@cache
def foreign_names() -> dict[str, str]:
    """Country names in other languages; one that means two countries counts for neither."""
    found: dict[str, set[str]] = {}
    for language in _LANGUAGES.split():
        for code, name in _territories(language):
            if code not in _NO_COUNTRY:
                found.setdefault(comparable(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if name and len(codes) == 1}
