"""What is written after the name of a function in a sheet, checked when the sheet is loaded."""

from __future__ import annotations

from typing import Any


class ArgumentFault(ValueError):
    """A function was given an argument that it cannot use; the message says what would be right."""


def text_argument(argument: Any, what: str) -> str:
    """The argument if it is text.

    Raises:
        ArgumentFault: it is not.
    """
    if isinstance(argument, str):
        return argument
    raise ArgumentFault(f"needs {what}, not {argument!r}")


def count_argument(argument: Any, what: str, *, least: int = 1) -> int:
    """The argument if it is a whole number of at least `least`.

    Raises:
        ArgumentFault: it is not.
    """
    if isinstance(argument, int) and not isinstance(argument, bool) and argument >= least:
        return argument
    raise ArgumentFault(f"needs {what}, not {argument!r}")


def options(argument: Any, *names: str) -> dict[str, Any]:
    """The argument if it is a record of exactly these names.

    Raises:
        ArgumentFault: it is not; says which name is missing or unknown.
    """
    if not isinstance(argument, dict) or set(argument) != set(names):
        given = ", ".join(argument) if isinstance(argument, dict) else repr(argument)
        raise ArgumentFault(f"needs {{{', '.join(f'{name}: ...' for name in names)}}}, not {given}")
    return argument
