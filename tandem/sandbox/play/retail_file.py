"""Reading a file of real sales in the format of the UCI "Online Retail" set, however large, line by line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from tandem.errors import TandemError
from tandem.values import ZERO, decimal_of, round_to

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)


class RetailFileError(TandemError):
    """The file is not what it must be; the message names the line and the column."""

    exit_code = 2


class Sort(StrEnum):
    """What an invoice of the file really is."""

    SALE = "sale"
    FREE = "free goods"
    MIXED = "sale with lines taken back"
    RETURN = "return"
    WRITE_OFF = "stock write-off"
    BOOKKEEPING = "bookkeeping entry"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; `code` is trimmed, else as it stands there."""

    code: str
    name: str
    quantity: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity times price, in whole pence."""
        return round_to(self.quantity * self.price, 2)


@dataclass(frozen=True, slots=True)
class Invoice:
    """All lines of one invoice; the time is the first line's, local and without offset as in the file."""

    number: str
    placed_at: datetime
    customer: str
    country: str
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def sort(self) -> Sort:
        """What the invoice is, judged by its number, its quantities and its prices."""
        if self.number[:1] in "Cc":
            return Sort.RETURN
        if not self.number[:1].isdigit() or any(line.price < 0 for line in self.lines):
            return Sort.BOOKKEEPING
        taken_back = [line for line in self.lines if line.quantity < 0]
        if not taken_back:
            return Sort.SALE if any(line.price for line in self.lines) else Sort.FREE
        if len(taken_back) < len(self.lines):
            return Sort.MIXED
        return Sort.RETURN if any(line.price for line in self.lines) else Sort.WRITE_OFF


def invoices(path: Path) -> Iterator[Invoice]:
    """The invoices one after the other, each whole even where its lines stand apart in the file.

    Raises:
        RetailFileError: the file cannot be read, or a line of it cannot be used.
    """
    encoding = _encoding(path)
    left = Counter(row["InvoiceNo"].strip() for _, row in _rows(path, encoding))
    waiting: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for number, row in _rows(path, encoding):
        invoice = row["InvoiceNo"].strip()
        waiting.setdefault(invoice, []).append((number, row))
        left[invoice] -= 1
        if not left[invoice]:
            yield _invoice(path, invoice, waiting.pop(invoice))


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is; else the code page that the set is also found in."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as error:
        raise RetailFileError(f"{path}: cannot be read: {error.strerror}") from None
    return "utf-8-sig"


def _rows(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and fields of each line."""
    with path.open(encoding=encoding, newline="") as text:
        reader = csv.DictReader(text)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise RetailFileError(f"{path}, line 1: column {', '.join(missing)} is missing")
        for row in reader:
            if None in row or None in row.values():
                raise RetailFileError(f"{path}, line {reader.line_num}: has not as many fields as line 1")
            yield reader.line_num, row


def _invoice(path: Path, number: str, rows: list[tuple[int, dict[str, str]]]) -> Invoice:
    if not number:
        raise RetailFileError(f"{path}, line {rows[0][0]}: InvoiceNo is empty")
    first = rows[0][1]
    return Invoice(
        number=number,
        placed_at=_moment(path, *rows[0]),
        customer=_customer(first["CustomerID"]),
        country=first["Country"].strip(),
        lines=tuple(_line(path, at, row) for at, row in rows),
    )


def _line(path: Path, at: int, row: dict[str, str]) -> Line:
    code = row["StockCode"].strip()
    if not code:
        raise RetailFileError(f"{path}, line {at}: StockCode is empty")
    return Line(
        code=code,
        name=" ".join(row["Description"].split()),
        quantity=_number(path, at, row, "Quantity"),
        price=_number(path, at, row, "UnitPrice"),
    )


def _number(path: Path, at: int, row: dict[str, str], column: str) -> Decimal:
    try:
        return decimal_of(row[column].strip())
    except ValueError as error:
        raise RetailFileError(f"{path}, line {at}: {column}: {error}") from None


def _moment(path: Path, at: int, row: dict[str, str]) -> datetime:
    text = row["InvoiceDate"].strip()
    fault = f"{path}, line {at}: InvoiceDate: {text!r} is no local date and time such as 2010-12-01 08:26:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RetailFileError(fault) from None
    if moment.tzinfo is not None:
        raise RetailFileError(fault)
    return moment


def _customer(text: str) -> str:
    """The customer's number; the set is often found with a point and a nought behind it."""
    return text.strip().removesuffix(".0")
