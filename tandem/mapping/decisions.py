"""Decision tables (GoRules JDM) under `mappings/rules`, run by the same engine as the sheets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import zen

from tandem.mapping.expression import context_of, first_line, paths_of, unfloated
from tandem.mapping.notation import Source
from tandem.mapping.run import Hindrance

_ANY = frozenset({"", "-"})


class Decision:
    """One file: tables whose outputs together are the answer.

    Raises:
        ValueError: the engine cannot use it; the message is one line.
    """

    def __init__(self, name: str, content: Mapping[str, Any]) -> None:
        self.name = name
        try:
            zen.ZenEngine().create_decision(json.dumps(content)).validate()
            # by key from a static loader: twenty times faster than the decision object itself
            self._engine = zen.ZenEngine({"loader": {"type": "static", "content": {name: dict(content)}}})
        except Exception as error:  # noqa: BLE001 - the engine raises bare Exception
            raise ValueError(first_line(error)) from None
        tables = list(_tables(content))
        self.outputs = frozenset(column["field"] for _at, table in tables for column in table["outputs"])
        self._paths = _paths(tables)

    def __call__(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs for this record.

        Raises:
            Hindrance: the engine refuses, for example to compare a text with a number.
        """
        context = context_of(record, self._paths)
        try:
            answer = self._engine.evaluate(self.name, context)["result"]
        except Exception as error:  # noqa: BLE001 - the engine raises bare Exception
            message = f"decision table {self.name} cannot be worked out: {first_line(error)}"
            raise Hindrance(message, kind="expression") from None
        decided: dict[str, Any] = unfloated(answer)
        return decided


def load_decision(path: Path, folder: Path) -> tuple[Decision | None, Source]:
    """One file of decision tables; what is wrong with it stands in the source's faults."""
    source = Source(path.relative_to(folder).as_posix())
    try:
        source.content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        source.fault((), f"is not JSON: {error}")
        return None, source
    if not isinstance(source.content, dict) or not isinstance(source.content.get("nodes"), list):
        source.fault((), "is no decision model: it has no list of nodes")
        return None, source
    _check(source)
    if source.faults:
        return None, source
    try:
        return Decision(path.stem, source.content), source
    except ValueError as error:
        source.fault((), f"is no decision model that the engine can use: {error}")
        return None, source


def _tables(content: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for at, node in enumerate(content["nodes"]):
        if isinstance(node, dict) and node.get("type") == "decisionTableNode":
            yield at, node["content"]


def _check(source: Source) -> None:
    """Every cell is an expression; the engine itself would only find out when a record reaches it."""
    for at, table in _tables(source.content):
        columns = {column["id"]: column for column in (*table["inputs"], *table["outputs"])}
        outputs = {column["id"] for column in table["outputs"]}
        for number, rule in enumerate(table["rules"]):
            for name, cell in rule.items():
                spot = ("nodes", at, "content", "rules", number, name)
                if name.startswith("_"):
                    continue
                if name not in columns:
                    source.fault(spot, "belongs to no column of the table")
                elif (fault := _cell_fault(cell, output=name in outputs)) is not None:
                    source.fault(spot, f"{cell!r} under {columns[name].get('name', name)!r}: {fault}")


def _cell_fault(cell: Any, *, output: bool) -> str | None:
    if not isinstance(cell, str):
        return "a cell is text; put quotes around it"
    if cell.strip() in _ANY:
        return None
    try:
        # not zen.validate_unary_expression: it knows neither `> 5` nor `'a', 'b'`
        (zen.compile_expression if output else zen.compile_unary_expression)(cell)
    except Exception as error:  # noqa: BLE001 - the engine raises bare Exception
        return first_line(error)
    return None


def _paths(tables: list[tuple[int, dict[str, Any]]]) -> tuple[tuple[str, ...], ...] | None:
    """What the tables look at; everything if one of them may look anywhere."""
    texts = [column.get("field") or "$root" for _at, table in tables for column in table["inputs"]]
    texts += [cell for _at, table in tables for rule in table["rules"] for key, cell in rule.items() if key[0] != "_"]
    return paths_of(" , ".join(texts))
