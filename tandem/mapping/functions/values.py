"""Functions on numbers, dates and whole addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tandem.entities.state import Fault
from tandem.mapping import addresses, countries
from tandem.mapping.functions.arguments import ArgumentFault, count_argument, text_argument
from tandem.mapping.functions.registry import Making, Step, function, on_text, text_of
from tandem.mapping.paths import getter, is_bare
from tandem.mapping.run import Hindrance, Place, Run
from tandem.values import decimal_of, moment_of, round_to


@function("sum", argument="the path of the number in each item")
def total(argument: Any, _making: Making) -> Step:
    """The exact sum of one number of each item of a list; an empty list gives 0."""
    path = text_argument(argument, "the path of the number in each item")
    if not is_bare(path):
        raise ArgumentFault(f"needs a bare path such as amount, not {path!r}")
    get = getter(path)

    def step(value: Any, _run: Run) -> Any:
        if value is None:
            return None
        if value == []:
            return Decimal(0)
        if not isinstance(value, list | tuple) or not all(isinstance(item, dict) for item in value):
            raise Hindrance("a list of records is needed to add up", kind="type")
        return sum((number_of(get(item)) for item in value), Decimal(0))

    return step


@function("round", argument="the number of decimals")
def rounded(argument: Any, _making: Making) -> Step:
    """Rounded half up to so many decimals."""
    decimals = count_argument(argument, "the number of decimals", least=0)
    return lambda value, _run: None if value is None else round_to(number_of(value), decimals)


@function("number")
def number(_argument: Any, _making: Making) -> Step:
    """An exact number out of text such as `12.50`."""
    return lambda value, _run: None if value is None else number_of(value)


@function("date", argument="a format such as %Y-%m-%d")
def formatted_date(argument: Any, _making: Making) -> Step:
    """A date or date-time (ISO 8601) written in a format of its own."""
    form = text_argument(argument, "a format such as %Y-%m-%d")
    return lambda value, _run: None if value in (None, "") else _moment(value).strftime(form)


@function("parse_date", argument="the format it is written in, such as %d/%m/%Y")
def parsed_date(argument: Any, _making: Making) -> Step:
    """A date that is not in ISO 8601 as YYYY-MM-DD."""
    form = text_argument(argument, "the format it is written in, such as %d/%m/%Y")

    def change(text: str) -> str:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            raise Hindrance(f"{text!r} is no date in the form {form}", kind="date") from None

    return on_text(change)


@function("business_date")
def business_date(_argument: Any, _making: Making) -> Step:
    """The calendar day of a date-time in the connection's time zone, as YYYY-MM-DD."""

    def step(value: Any, run: Run) -> Any:
        if value in (None, ""):
            return None
        if run.zone is None:
            raise no_zone(text_of(value))
        return to_utc(text_of(value), run).astimezone(run.zone).date().isoformat()

    return step


@function("country")
def country(_argument: Any, making: Making) -> Step:
    """The ISO 3166 code of a country given by code or name; an unknown one holds the record."""

    def change(text: str) -> str:
        code = countries.country_of(text, making.countries) if text.strip() else ""
        if code is None:
            known = countries.suggested(text, making.countries)
            hint = f"; did you mean {' or '.join(known)}?" if known else ""
            raise Hindrance(f"{text!r} is no known country{hint}", kind="address")
        return code

    return on_text(change)


@function("address", argument="nothing, or partial for an address that nothing is shipped to")
def address(argument: Any, making: Making) -> Step:
    """The fields of an address in normal form by the rules of its country, with the original beside them.

    What must be right and is not holds the record; the rest is kept and noted. Goes under a block of fields.
    """
    if argument not in (None, "partial"):
        raise ArgumentFault(f"takes nothing or partial, not {argument!r}")
    if not making.sources:
        raise ArgumentFault("goes under a block of fields: {of: shippingAddress, fields: {...}, apply: [address]}")

    def step(value: Any, run: Run) -> Any:
        sent = {name: text_of(item) for name, item in value.items() if item is not None}
        if not any(text.strip() for text in sent.values()):
            return None
        normal = addresses.normalise(sent, making.countries, complete=argument != "partial")
        for name, message in normal.doubts:
            run.note(_part(making, name), "doubtful", message)
        for name, message in normal.problems:
            run.hinder(_part(making, name), Hindrance(message, kind="address"))
        original = {name: None if item is None else _plain(item) for name, item in run.scope.items()}
        return normal.fields | {"original": original}

    return step


def _part(making: Making, name: str) -> Place:
    return Place(f"{making.place.target}.{name}", making.sources.get(name, making.place.source))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def number_of(value: Any) -> Decimal:
    """An exact number.

    Raises:
        Hindrance: not a number, or a float, whose digits cannot be trusted.
    """
    if type(value) is Decimal and value.is_finite():
        return value
    try:
        return decimal_of(value.strip() if isinstance(value, str) else value)
    except (ValueError, TypeError):
        raise Hindrance(f"{value!r} is no exact number", kind="type") from None


def to_utc(text: str, run: Run) -> datetime:
    """A date-time as aware UTC, read in the connection's zone if it has no offset.

    Raises:
        Hindrance: not a date-time, or no offset and the connection has no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Hindrance(
            f"{text!r} is no date-time; ISO 8601 such as 2026-03-02T10:11:12 is needed", kind="date"
        ) from None
    if moment.tzinfo is None and run.zone is None:
        raise no_zone(text)
    return moment_of(text, run.zone)


def no_zone(text: str) -> Hindrance:
    """What a field answers that needs the connection's zone when none is configured."""
    return Hindrance(
        f"{text!r} has no offset and the connection has no time zone; set TANDEM_CLARITY_ZONE",
        kind="zone",
        fault=Fault.CONFIGURATION,
    )


def _moment(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(text_of(value).strip())
    except ValueError:
        raise Hindrance(f"{value!r} is no date; ISO 8601 such as 2026-03-02 is needed", kind="date") from None
