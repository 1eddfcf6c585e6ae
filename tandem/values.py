"""Values that everything rests on: exact decimals, money, JSON without floats, aware times."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import simplejson
from babel.numbers import get_currency_precision

from tandem.errors import SettingsError

ZERO = Decimal(0)


def loads(text: str | bytes, *, unique: bool = False) -> Any:
    """JSON to Python; every number with a point or an exponent is a Decimal.

    Args:
        text: The document.
        unique: Refuse an object that has a member twice, rather than keep the last of them.

    Raises:
        ValueError: not JSON, or one of the non-numbers NaN and Infinity.
    """
    try:
        return simplejson.loads(text, use_decimal=True, allow_nan=False, object_pairs_hook=_unique if unique else None)
    except (InvalidOperation, RecursionError) as error:
        raise ValueError(f"beyond what can be read: {type(error).__name__}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice!r} stands twice in one object")
    return members


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """Python to compact JSON; a Decimal becomes a JSON number with the digits it has, times become ISO 8601."""
    return simplejson.dumps(
        value,
        use_decimal=True,
        sort_keys=sort_keys,
        separators=(",", ":"),
        ensure_ascii=False,
        default=_plain,
    )


def _plain(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} has no JSON form")


def content_hash(value: Any) -> str:
    """SHA-256 over the canonical JSON form: equal content gives an equal hash whatever the key order."""
    return hashlib.sha256(dumps(value, sort_keys=True).encode()).hexdigest()


def decimal_of(value: str | int | Decimal) -> Decimal:
    """An exact decimal.

    Raises:
        ValueError: a float, a bool, not a number, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(f"{value!r} is not an exact number")
    try:
        result = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not result.is_finite():
        raise ValueError(f"{value!r} is not finite")
    return result


def minor_units(currency: str) -> int:
    """Decimals of a currency by ISO 4217 as CLDR has them: USD 2, JPY 0, KWD 3."""
    return int(get_currency_precision(currency))


def round_to(amount: Decimal, decimals: int) -> Decimal:
    """Rounded half up, away from zero, to so many decimals."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def money(amount: Decimal, currency: str) -> Decimal:
    """Rounded half up to the currency's minor unit."""
    return round_to(amount, minor_units(currency))


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def zone_of(name: str | None, *, setting: str) -> ZoneInfo:
    """The named time zone.

    Raises:
        SettingsError: no name, or one that the time zone database does not have; names the setting.
    """
    if not name:
        raise SettingsError(f"{setting} is not set: name the time zone of that system, such as America/Chicago")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"{setting}={name!r} is no time zone; use a name such as America/Chicago") from None


def moment_of(text: str, zone: ZoneInfo | None) -> datetime:
    """An ISO 8601 date-time as aware UTC; without an offset it is read in `zone`.

    Raises:
        ValueError: not a date-time, or no offset and no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError(f"{text!r} has no offset and the connection has no time zone")
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)
