"""Functions that choose a value or refuse it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tandem.mapping.functions.arguments import ArgumentFault, text_argument
from tandem.mapping.functions.registry import Making, Step, function, text_of
from tandem.mapping.paths import getter, is_bare
from tandem.mapping.run import Hindrance, Run

_YES = frozenset({"y", "yes", "t", "true", "1"})
_NO = frozenset({"", "n", "no", "f", "false", "0"})


@function("default", argument="the value to take")
def default(argument: Any, making: Making) -> Step:
    """A value to take where there is none or an empty text; the trace says that it was taken."""

    def step(value: Any, run: Run) -> Any:
        if value is None or value == "":
            run.note(making.place, "default", f"{argument!r} because there was nothing")
            return argument
        return value

    return step


@function("flag")
def flag(_argument: Any, _making: Making) -> Step:
    """A truth value out of Y, N, T, F, yes, no, true, false, 1 or 0; an empty text is false."""

    def step(value: Any, _run: Run) -> Any:
        if value is None or isinstance(value, bool):
            return value
        word = text_of(value).strip().casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise Hindrance(f"{value!r} is neither yes nor no", kind="type")

    return step


@function("fill", argument="the path of the value to put in")
def fill(argument: Any, _making: Making) -> Step:
    """A template whose `{}` is replaced by another field of the record, written as a web address needs it."""
    path = text_argument(argument, "the path of the value to put in")
    if not is_bare(path):
        raise ArgumentFault(f"needs a bare path such as shipment.tracking, not {path!r}")
    get = getter(path)

    def step(value: Any, run: Run) -> Any:
        if not value:
            return value
        filling = get(run.scope)
        return None if filling in (None, "") else text_of(value).replace("{}", quote(text_of(filling), safe=""))

    return step


@function("refuse", argument="the sentence that the operator reads")
def refuse(argument: Any, _making: Making) -> Step:
    """Holds the record with a sentence whenever there is a value; for use with `when`."""
    sentence = text_argument(argument, "the sentence that the operator reads")

    def step(value: Any, _run: Run) -> Any:
        if value is None or value == "":
            return value
        raise Hindrance(f"{text_of(value)!r}: {sentence}", kind="refused")

    return step
