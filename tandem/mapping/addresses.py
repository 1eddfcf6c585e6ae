"""A postal address in the one normal form of `entities.address`, by the rules of its country.

What the rules do not know is never lost: it stays as it was sent, and a note says so. What must be right for a parcel
to arrive is a problem instead: an unknown country, an unknown state where the country needs one, a missing postcode.
Only city, region and postcode take the country's capitals; names and streets stay as they were written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.mapping import countries
from tandem.mapping.postcodes import normal_postcode
from tandem.mapping.regions import CITY, POSTCODE, REGION, STREET, Rules, region_at, rules_of
from tandem.mapping.suggest import one_of

LINES = ("line1", "line2", "line3")
FIELDS = ("name", "company", *LINES, "city", "region", "postcode", "country", "phone", "email")


@dataclass(slots=True)
class NormalAddress:
    """The fields in normal form; `problems` and `doubts` are (field, sentence)."""

    fields: dict[str, str]
    problems: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)


def normalise(sent: Mapping[str, str], own: Mapping[str, str], *, complete: bool = True) -> NormalAddress:
    """The address in normal form.

    Args:
        sent: the fields of `entities.address.Address` as text; absent ones count as empty.
        own: country names of the lookup `countries`.
        complete: whether a part that the country needs may not be missing (an address that is shipped to).
    """
    address = NormalAddress({name: _clean(sent.get(name, "")) for name in FIELDS})
    if not any(address.fields.values()):
        return address
    _close_up(address.fields)
    code = _country(address, own)
    if code is not None:
        _by_the_rules(address, rules_of(code), own, complete=complete)
    return address


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _close_up(fields: dict[str, str]) -> None:
    """No empty line before a full one."""
    written = [fields[name] for name in LINES if fields[name]]
    fields.update(zip(LINES, [*written, "", "", ""], strict=False))


def _country(address: NormalAddress, own: Mapping[str, str]) -> str | None:
    text = address.fields["country"]
    if not text:
        address.problems.append(("country", "is missing; a name or an ISO 3166 code is needed"))
        return None
    code = countries.country_of(text, own)
    if code is None:
        known = countries.suggested(text, own)
        right = f"did you mean {' or '.join(known)}?" if known else "write its English name or its ISO 3166 code"
        address.problems.append(("country", f"{text!r} is no known country; {right}"))
        return None
    address.fields["country"] = code
    return code


def _by_the_rules(address: NormalAddress, rules: Rules, own: Mapping[str, str], *, complete: bool) -> None:
    if CITY in rules.capitals:
        address.fields["city"] = _clean(address.fields["city"].upper())
    postcode = _postcode(address, rules, complete=complete)
    _region(address, rules, own, postcode)
    if REGION in rules.required and not address.fields["region"]:
        _infer(address, rules, postcode, complete=complete)
    for name, letter in (("line1", STREET), ("city", CITY)):
        if letter in rules.required and not address.fields[name]:
            _missing(address, name, f"is missing; {rules.country} addresses need it", complete=complete)


def _missing(address: NormalAddress, name: str, message: str, *, complete: bool) -> None:
    (address.problems if complete else address.doubts).append((name, message))


def _postcode(address: NormalAddress, rules: Rules, *, complete: bool) -> str:
    """Puts the postcode in its form; gives it if it is one."""
    text = address.fields["postcode"]
    needed = POSTCODE in rules.required
    example = f", such as {rules.examples[0]}" if rules.examples else ""
    if not text:
        if needed:
            message = f"is missing; {rules.country} addresses need one{example}"
            _missing(address, "postcode", message, complete=complete)
        return ""
    normal = normal_postcode(text, rules.country)
    if normal is None:
        message = f"{text!r} is no postcode of {rules.country}{example}"
        _missing(address, "postcode", message, complete=complete and needed)
        return ""
    address.fields["postcode"] = normal
    return normal


def _region(address: NormalAddress, rules: Rules, own: Mapping[str, str], postcode: str) -> None:
    text = address.fields["region"]
    region = rules.region(text) if text else None
    if region is not None:
        address.fields["region"] = region.code
        other = region_at(rules.country, postcode)
        if other is not None and other.code != region.code:
            address.doubts.append(("region", f"postcode {postcode} belongs to {other.code} ({other.name})"))
    elif text and countries.country_of(text, own) == rules.country:
        address.fields["region"] = ""  # some shops repeat the country here
    elif text and rules.regions:
        message = f"{text!r} is no region of {rules.country}; {one_of(text, rules.region_names)}"
        (address.problems if REGION in rules.required else address.doubts).append(("region", message))


def _infer(address: NormalAddress, rules: Rules, postcode: str, *, complete: bool) -> None:
    found = region_at(rules.country, postcode)
    if found is not None:
        address.fields["region"] = found.code
        address.doubts.append(("region", f"was empty; {found.code} ({found.name}) is where the postcode is"))
    elif POSTCODE in rules.required:  # elsewhere the region is a district that letters do without
        right = one_of("", rules.region_names)
        _missing(address, "region", f"is missing; {rules.country} addresses need one; {right}", complete=complete)
