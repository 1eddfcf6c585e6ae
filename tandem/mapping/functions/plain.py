"""Functions on text alone."""

from __future__ import annotations

import re
from typing import Any

from tandem.mapping.codepage import composed
from tandem.mapping.comparison import key_of
from tandem.mapping.functions.arguments import ArgumentFault, count_argument, options, text_argument
from tandem.mapping.functions.registry import Making, Step, function, on_text, text_of
from tandem.mapping.run import Run

_NOT_A_DIGIT = re.compile(r"[^0-9]")


@function("trim")
def trim(_argument: Any, _making: Making) -> Step:
    """Without blanks at both ends."""
    return on_text(str.strip)


@function("collapse")
def collapse(_argument: Any, _making: Making) -> Step:
    """Trimmed, and every run of blanks and line ends inside made one blank."""
    return on_text(lambda text: " ".join(text.split()))


@function("upper")
def upper(_argument: Any, _making: Making) -> Step:
    """In capitals."""
    return on_text(str.upper)


@function("lower")
def lower(_argument: Any, _making: Making) -> Step:
    """In small letters."""
    return on_text(str.lower)


@function("casefold")
def casefold(_argument: Any, _making: Making) -> Step:
    """In the form in which two spellings are compared without case (`Straße` becomes `strasse`)."""
    return on_text(str.casefold)


@function("nfc")
def nfc(_argument: Any, _making: Making) -> Step:
    """In Unicode form NFC: a letter and its combining accent become one character."""
    return on_text(composed)


@function("email_key")
def email_key(_argument: Any, _making: Making) -> Step:
    """The form in which e-mail addresses are compared: NFC, trimmed, case-folded."""
    return on_text(key_of)


@function("digits")
def digits(_argument: Any, _making: Making) -> Step:
    """Only the digits 0 to 9, as telephone numbers are compared."""
    return on_text(lambda text: _NOT_A_DIGIT.sub("", text))


@function("replace", argument="the texts to replace as {from: to}")
def replace(argument: Any, _making: Making) -> Step:
    """Each text on the left replaced by the one on the right, in the order they stand."""
    if not isinstance(argument, dict) or not argument or "" in argument:
        raise ArgumentFault(f"needs the texts to replace as {{from: to}}, not {argument!r}")
    pairs = [(old, text_argument(new, "a text to put in place (quote numbers)")) for old, new in argument.items()]

    def change(text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    return on_text(change)


@function("prefix", argument="the text to put before")
def prefix(argument: Any, _making: Making) -> Step:
    """With a text before it; nothing stays nothing."""
    before = text_argument(argument, "the text to put before")
    return on_text(lambda text: before + text if text else text)


@function("suffix", argument="the text to put after")
def suffix(argument: Any, _making: Making) -> Step:
    """With a text after it; nothing stays nothing."""
    after = text_argument(argument, "the text to put after")
    return on_text(lambda text: text + after if text else text)


@function("pad_left", argument="the width to fill")
def pad_left(argument: Any, _making: Making) -> Step:
    """Filled with blanks on the left up to a width, as Sage Pro keeps document numbers."""
    width = count_argument(argument, "the width to fill as a whole number")
    return on_text(lambda text: text.rjust(width))


@function("join", argument="the text between the parts")
def join(argument: Any, _making: Making) -> Step:
    """The parts of a list as one text, with a text between them; empty parts are left out."""
    between = text_argument(argument, "the text to put between the parts")

    def step(value: Any, _run: Run) -> Any:
        parts = [text.strip() for text in _texts(value)]
        return between.join(part for part in parts if part) if value is not None else None

    return step


@function("split", argument="{at: text, take: number of the part, from 1}")
def split(argument: Any, _making: Making) -> Step:
    """One part of a text that is cut at another; empty if there are not so many parts."""
    chosen = options(argument, "at", "take")
    at = text_argument(chosen["at"], "a text to cut at")
    take = count_argument(chosen["take"], "the number of the part, from 1")
    if not at:
        raise ArgumentFault("needs a text to cut at, not nothing")
    return on_text(lambda text: (text.split(at) + [""] * take)[take - 1].strip())


def _texts(value: Any) -> list[str]:
    """All texts in a value that may be nested lists."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return [] if value is None else [text_of(value)]
