"""Golden cases: `<entity>/<name>.in.yaml` through a direction of its sheet gives `<name>.out.yaml`, to the digit.

An input names the direction, the zone, the links and the record; an output the value, the paths of what happened and
the faults. Records are read as the connectors read them: a number with a point is an exact decimal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.mapping import Mapped, Workbook
from tandem.mapping.notation import read
from tandem.values import dumps, loads

HERE = Path(__file__).parent
MAPPINGS = HERE.parents[1] / "mappings"
CASES = sorted(path.relative_to(HERE).as_posix().removesuffix(".in.yaml") for path in HERE.glob("*/*.in.yaml"))


@pytest.fixture(scope="module")
def workbook() -> Workbook:
    return Workbook.load(MAPPINGS, widths=content_of(HERE / "company.yaml"))


def content_of(path: Path) -> Any:
    source = read(path, HERE)
    assert source.faults == []
    return source.content


def outcome_of(mapped: Mapped) -> dict[str, Any]:
    """What a golden file says of a result."""
    happened = [f"{line.kind} {line.target or line.source}: {line.note}" for line in mapped.trace]
    outline = ("mapped", "looked-up")
    return {
        "value": loads(dumps(mapped.value)),
        "happened": [line for line in happened if not line.startswith(outline)],
        "faults": [f"{fault.kind} {fault.field}: {fault.message}" for fault in mapped.faults],
    }


@pytest.mark.parametrize("case", CASES)
def test_golden(workbook: Workbook, case: str):
    given = content_of(HERE / f"{case}.in.yaml")
    zone = ZoneInfo(given["zone"]) if "zone" in given else None
    entity = case.split("/", maxsplit=1)[0]
    mapped = workbook.apply(entity, given["direction"], given["record"], links=given.get("links"), zone=zone)
    wanted = {"happened": [], "faults": []} | content_of(HERE / f"{case}.out.yaml")
    assert dumps(outcome_of(mapped), sort_keys=True) == dumps(wanted, sort_keys=True)


def test_every_direction_has_a_golden_case(workbook: Workbook):
    shown = {(case.split("/")[0], content_of(HERE / f"{case}.in.yaml")["direction"]) for case in CASES}
    assert set(workbook.directions) == shown


def test_every_output_has_its_input():
    outputs = {path.relative_to(HERE).as_posix().removesuffix(".out.yaml") for path in HERE.glob("*/*.out.yaml")}
    assert outputs == set(CASES)
