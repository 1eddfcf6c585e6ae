"""A picture on its way to disk: page by page as it is read, and whole or not at all.

The form is CSV with the numbers as exact text: Python writes it without a further library, DuckDB and pandas read it
at the speed of the disk, and a person can look into it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from tandem.errors import TandemError
from tandem.rules.stock_differences import DECIMALS, Kept, Shown

R = TypeVar("R", Kept, Shown)

KEPT = tuple(Kept.__slots__)
SHOWN = tuple(Shown.__slots__)
"""The columns of the two pictures; before them stands `seq`, the place of a row in its list."""

_CONTROL = re.compile("[\x00-\x1f]")
"""What no number of an item holds on purpose, and no reader of CSV agrees about."""

MOST = 10 ** (18 - DECIMALS)
"""What no quantity reaches."""


class BrokenPicture(TandemError):
    """A picture is not whole, or holds what cannot be compared; nothing can be said of the two sides."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A finished file: when its reading began (seconds since 1970), its rows, its bytes.

    `moved` says that some of it was changed while it was read, so that a record may stand in it twice.
    """

    file: Path
    began: int
    rows: int
    size: int
    moved: bool

    def check(self) -> None:
        """See that the file is still the one that was finished.

        Raises:
            BrokenPicture: it is not.
        """
        size = self.file.stat().st_size if self.file.is_file() else None
        if size != self.size:
            raise BrokenPicture(f"{self.file.name} has {size} bytes in place of {self.size}: take the picture again")


class Spool(Generic[R]):
    """Writes one picture; used as a context manager. Only `finish` makes it a picture: what breaks off leaves none."""

    def __init__(self, file: Path, columns: Sequence[str], *, began: int) -> None:
        self.file = file
        self.rows = 0
        self._columns = columns
        self._began = began
        self._moved = False
        self._part = file.with_suffix(".part")

    def __enter__(self) -> Self:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._out = self._part.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._out, lineterminator="\n")
        self._writer.writerow(["seq", *self._columns])
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._out.close()
        self._part.unlink(missing_ok=True)

    def add(self, page: Iterable[R]) -> None:
        """The rows of one page, in the order of the list; nothing of them is kept in memory.

        Raises:
            BrokenPicture: a quantity cannot be compared exactly; names the record and the field.
        """
        row: Kept | Shown
        for row in page:
            self._writer.writerow([self.rows, *(_cell(row, name) for name in self._columns)])
            self.rows += 1
            self._moved = self._moved or (row.changed is not None and row.changed >= self._began)

    def finish(self) -> Picture:
        """The list was read to its end: from here on the file is a picture."""
        self._out.close()
        self._part.replace(self.file)
        size = self.file.stat().st_size
        return Picture(file=self.file, began=self._began, rows=self.rows, size=size, moved=self._moved)


def _cell(row: Kept | Shown, name: str) -> str | int:
    value = getattr(row, name)
    if isinstance(value, Decimal):
        return _exact(row, name, value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and not value.isprintable():
        return _CONTROL.sub("\ufffd", value)
    return "" if value is None else value


def _exact(row: Kept | Shown, name: str, value: Decimal) -> str:
    """A quantity as text without exponent; one that the comparison would have to round is refused."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value) >= MOST:
        raise BrokenPicture(f"{row.key}: {name} is {value}, which is no quantity below {MOST}")
    if exponent < -DECIMALS and value != round(value, DECIMALS):
        raise BrokenPicture(f"{row.key}: {name} is {value}; more than {DECIMALS} decimals cannot be compared exactly")
    return f"{value:f}"
