"""The register of text functions: each has one name, one line that explains it and one builder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tandem.entities.state import Fault
from tandem.mapping.functions.arguments import ArgumentFault, text_argument
from tandem.mapping.run import Hindrance, Place, Run
from tandem.mapping.suggest import did_you_mean, one_of

Step = Callable[[Any, Run], Any]
"""What a function does to a value while a record is mapped; None stays None unless the function says otherwise."""


@dataclass(slots=True)
class Making:
    """What a function may know while a sheet is loaded.

    `widths` are those of the company's text columns by `table.column`; None while they were not read. `sources` are
    the source paths of the fields of a record, `countries` the names of the lookup `countries`.
    """

    place: Place
    widths: Mapping[str, int] | None = None
    countries: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def width(self, columns: Any) -> int | None:
        """The width of a column, or of the narrowest of several; None while no company was read.

        Raises:
            ArgumentFault: the company has no such text column.
        """
        names = text_argument(columns, "a column as table.column, such as arcust.company").split()
        if not names or any(name.count(".") != 1 for name in names):
            raise ArgumentFault(f"needs a column as table.column, such as arcust.company, not {columns!r}")
        return None if self.widths is None else min(self._width(name, self.widths) for name in names)

    def _width(self, column: str, widths: Mapping[str, int]) -> int:
        if column not in widths:
            raise ArgumentFault(f"the company has no text column {column}; {one_of(column, widths)}")
        return widths[column]

    def has(self, columns: str) -> bool:
        """Whether the company has all of these columns; taken for granted while none was read."""
        return self.widths is None or all(name in self.widths for name in columns.split())


Builder = Callable[[Any, Making], Step]


@dataclass(frozen=True, slots=True)
class TextFunction:
    """A function that a sheet may name under `apply`; `argument` describes what it is given, empty if nothing."""

    name: str
    summary: str
    argument: str
    build: Builder


FUNCTIONS: dict[str, TextFunction] = {}


def function(name: str, *, argument: str = "") -> Callable[[Builder], Builder]:
    """Register a builder; its docstring is what integrators read in mappings/README.md."""

    def registered(build: Builder) -> Builder:
        summary = " ".join((build.__doc__ or "").split())
        FUNCTIONS[name] = TextFunction(name, summary, argument, build)
        return build

    return registered


def build_step(item: Any, making: Making) -> Step:
    """One entry of `apply` as a step: a name, or a name with its argument.

    Raises:
        ArgumentFault: unknown, or the argument is missing, unasked for or of the wrong kind.
    """
    name, argument = _parts(item)
    if name not in FUNCTIONS:
        raise ArgumentFault(f"there is no text function {name!r}{did_you_mean(name, FUNCTIONS)}")
    known = FUNCTIONS[name]
    if argument is None and known.argument and not known.argument.startswith("nothing"):
        raise ArgumentFault(f"{name} needs {known.argument}: write {{{name}: ...}}")
    if argument is not None and not known.argument:
        raise ArgumentFault(f"{name} takes nothing after it; write only {name}")
    return known.build(argument, making)


def _parts(item: Any) -> tuple[str, Any]:
    if isinstance(item, str):
        return item, None
    if isinstance(item, dict) and len(item) == 1:
        name, argument = next(iter(item.items()))
        return name, argument
    raise ArgumentFault(f"an entry of apply is a name or {{name: argument}}, not {item!r}")


def text_of(value: Any) -> str:
    """A value as the text that a person would write.

    Raises:
        Hindrance: a list, a record or a truth value has no such text.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise Hindrance(f"{_kind(value)} stands where a text is needed", kind="type")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, list | tuple):
        return "a list"
    return "a record" if isinstance(value, Mapping) else f"a {type(value).__name__}"


def on_text(change: Callable[[str], Any]) -> Step:
    """A step that changes a text, and a list of texts one by one."""

    def step(value: Any, run: Run) -> Any:
        if type(value) is str:
            return change(value)
        if value is None:
            return None
        if isinstance(value, list | tuple):
            return [step(item, run) for item in value]
        return change(text_of(value))

    return step


def noting(making: Making, change: Callable[[str], tuple[str, str, str]]) -> Step:
    """A step on text whose change is noted: `change` gives the text, the kind of note and the note (or nothing)."""

    def step(value: Any, run: Run) -> Any:
        if value is None:
            return None
        if isinstance(value, list | tuple):
            return [step(item, run) for item in value]
        text, kind, note = change(text_of(value))
        if note:
            run.note(making.place, kind, note)
        return text

    return step


def unread_width(column: str) -> Hindrance:
    """What a field answers whose column's width nobody has read."""
    return Hindrance(
        f"the width of {column} is not known; the company's schema was not read",
        kind="width",
        fault=Fault.CONFIGURATION,
    )
