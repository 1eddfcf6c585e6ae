"""Reads the YAML of sheets and lookups the way an integrator means it, and remembers on which line things stand.

Plain YAML turns `NO` into false, `0.10` into a float and lets the second of two equal keys win. Here only `true` and
`false` are truth values, numbers are exact, dates stay text, and an equal key is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Spot = tuple[str | int, ...]
"""Where something stands in a file: keys and indexes from the top."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where PyYAML was built with it, reads ten times faster."""

_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class SheetFault:
    """One fault of a file; `where` is the path of the field in it."""

    file: str
    where: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        """As the command line shows it: `order.yaml:12: order.from_clarity.total: ...`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


@dataclass(slots=True)
class Source:
    """The content of one file and the line of each of its parts."""

    file: str
    content: Any = None
    lines: dict[Spot, int] = field(default_factory=dict)
    faults: list[SheetFault] = field(default_factory=list)

    def fault(self, spot: Spot, message: str) -> None:
        """Note a fault of the part at `spot`."""
        self.faults.append(SheetFault(self.file, dotted(spot), message, self._line(spot)))

    def _line(self, spot: Spot) -> int | None:
        while spot and spot not in self.lines:
            spot = spot[:-1]
        return self.lines.get(spot)


def dotted(spot: Spot) -> str:
    """`("order", "lines", 2, "sku")` as `order.lines[2].sku`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in spot).removeprefix(".")


def read(path: Path, folder: Path) -> Source:
    """One YAML file; what is wrong with it stands in `faults`."""
    source = Source(path.relative_to(folder).as_posix())
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        source.faults.append(SheetFault(source.file, "", f"is not YAML: {error.problem}", line))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        source.faults.append(SheetFault(source.file, "", f"cannot be read: {str(error).splitlines()[0]}"))
    else:
        source.content = None if node is None else _value(source, node, ())
    return source


def _value(source: Source, node: yaml.Node, spot: Spot) -> Any:
    source.lines.setdefault(spot, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(source, item, (*spot, index)) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.MappingNode)  # noqa: S101 - YAML has no fourth kind
    return _mapping(source, node, spot)


def _mapping(source: Source, node: yaml.MappingNode, spot: Spot) -> dict[str, Any]:
    found: dict[str, Any] = {}
    inherited: dict[str, Any] = {}
    for name, value in _entries(source, node, spot):
        if name == "<<":
            inherited |= _merged(source, value, spot)
        elif name in found:
            source.fault((*spot, name), "stands here twice; the second would silently win")
        else:
            source.lines[(*spot, name)] = value.start_mark.line + 1
            found[name] = _value(source, value, (*spot, name))
    return inherited | found


def _entries(source: Source, node: yaml.MappingNode, spot: Spot) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value
        else:
            source.fault(spot, "a key must be one word or a quoted text")


def _merged(source: Source, node: yaml.Node, spot: Spot) -> dict[str, Any]:
    value = _value(source, node, (*spot, "<<"))
    if isinstance(value, dict):
        return value
    source.fault((*spot, "<<"), "only a block of named fields can be merged in")
    return {}


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
