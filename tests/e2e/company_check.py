"""The company read by SQLite alone: none of Tandem's code, and the file read by the csv module alone."""

import csv
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal
from pathlib import Path


def sales_of(file: Path) -> dict[str, Counter[tuple[str, Decimal, Decimal]]]:
    """Invoice number -> its lines (item, quantity, price), for the invoices that are sales."""
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    with file.open(newline="") as text:
        for row in csv.DictReader(text):
            lines[row["InvoiceNo"]].append(row)
    return {
        number: Counter(
            (row["StockCode"].strip().upper(), Decimal(row["Quantity"]), Decimal(row["UnitPrice"])) for row in rows
        )
        for number, rows in lines.items()
        if number[0].isdigit() and all(Decimal(row["Quantity"]) > 0 for row in rows)
    }


def orders_in(company: Path) -> dict[str, Counter[tuple[str, Decimal, Decimal]]]:
    """The shop's number -> the lines of its sales order."""
    found: dict[str, Counter[tuple[str, Decimal, Decimal]]] = {}
    with closing(sqlite3.connect(f"file:{company}?mode=ro", uri=True)) as connection:
        for (number,) in connection.execute("select extid from tdorder"):
            found[number] = Counter()
        lines = connection.execute(
            "select o.extid, trim(t.item), t.qtyord, t.price from sotran t join tdorder o on o.sono = t.sono"
        )
        for number, item, quantity, price in lines:
            found[number][item, Decimal(quantity), Decimal(price)] += 1
    return found


def total_of(company: Path) -> Decimal:
    """What all sales orders come to."""
    with closing(sqlite3.connect(f"file:{company}?mode=ro", uri=True)) as connection:
        rows = connection.execute("select ordamt, shpamt, tax from somast").fetchall()
    return sum((Decimal(value) for row in rows for value in row), Decimal(0))


def content_of(company: Path) -> list[str]:
    """Everything that the company holds, as text, for comparing before and after."""
    with closing(sqlite3.connect(f"file:{company}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())
