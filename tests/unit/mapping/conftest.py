from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tandem.mapping import Mapped, Workbook

MAPPINGS = Path(__file__).parents[3] / "mappings"

COLUMNS = """
arcust.company 35  arcust.contact 30  arcust.address1 35  arcust.address2 35  arcust.address3 35  arcust.city 20
arcust.addrstate 10  arcust.zip 10  arcust.country 15  arcust.phone 20  arcust.pterms 20  arcust.pricecode 3
arcadr.company 30  arcadr.contact 30  arcadr.address1 35  arcadr.address2 35  arcadr.city 20  arcadr.addrstate 10
arcadr.zip 10  arcadr.country 15  arcadr.phone 20
soaddr.company 35  soaddr.address1 35  soaddr.address2 35  soaddr.address3 35  soaddr.city 20  soaddr.addrstate 10
soaddr.zip 10  soaddr.country 15  soaddr.phone 20
somast.ponum 20  somast.pterms 20  somast.shipvia 12  somast.defloc 6  somast.exempt 20
sotran.item 15  sotran.descrip 40
icitem.item 15  icitem.itmdes2 60
"""


def _widths() -> dict[str, int]:
    words = COLUMNS.split()
    return {name: int(width) for name, width in zip(words[::2], words[1::2], strict=True)}


@pytest.fixture(scope="session")
def widths() -> Mapping[str, int]:
    """A company whose ship-to table has two address lines and narrow names."""
    return _widths()


@pytest.fixture(scope="session")
def workbook(widths: Mapping[str, int]) -> Workbook:
    """The sheets that Tandem brings along, over that company."""
    return Workbook.load(MAPPINGS, widths=widths)


class Bench:
    """A folder of sheets made by a test; `shipment.free_from_clarity` is a direction whose fields are free."""

    def __init__(self, folder: Path, widths: Mapping[str, int] | None) -> None:
        self.folder = folder
        self.widths = widths

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")

    def fields(self, text: str, direction: str = "shipment.free_from_clarity") -> None:
        entity, name = direction.split(".")
        block = "\n".join(f"    {line}" for line in dedent(text).strip().splitlines())
        self.write(f"{entity}.yaml", f"{entity}:\n  {name}:\n{block}\n")

    def load(self) -> Workbook:
        return Workbook.load(self.folder, widths=self.widths, complete=False)

    def faults(self) -> list[str]:
        _workbook, faults = Workbook.inspect(self.folder, widths=self.widths, complete=False)
        return [str(fault) for fault in faults]

    def map(self, text: str, record: Mapping[str, Any], **around: Any) -> Mapped:
        """One record through free fields; the record need not be a product."""
        self.fields(text)
        return self.load().apply("shipment", "free_from_clarity", record, **around)


@pytest.fixture
def bench(tmp_path: Path, widths: Mapping[str, int]) -> Bench:
    return Bench(tmp_path, widths)


Apply = Callable[..., Mapped]


@pytest.fixture
def apply(bench: Bench) -> Apply:
    """One value through functions: `apply("x", ["trim"])`."""

    def run(value: Any, functions: list[Any], **around: Any) -> Mapped:
        import json

        return bench.map(f"value: {{is: value, apply: {json.dumps(functions)}}}", {"value": value}, **around)

    return run
