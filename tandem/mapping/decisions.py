"""Decision tables (GoRules JDM) under `mappings/rules`, run by the same engine as the sheets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import zen

from tandem.mapping.expression import context_of, first_line, paths_of, unfloated
from tandem.mapping.notation import Source, Spot
from tandem.mapping.run import Hindrance

_ANY = frozenset({"", "-"})
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")


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
        self._cells = {
            column["field"]: [rule.get(column["id"], "") for rule in table["rules"]]
            for _at, table in tables
            for column in table["outputs"]
        }
        self._paths = _paths(tables)

    def values_of(self, output: str) -> list[str | None]:
        """What each rule gives for an output: the text of its cell, None for one that is worked out."""
        return [_plain_text(cell) for cell in self._cells[output]]

    def always(self, output: str) -> bool:
        """Whether an output is never empty; a cell that is worked out may be."""
        return all(self.values_of(output))

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
        for output in sorted(self.outputs - decided.keys()):
            # the engine leaves out what fails; every table answers for every record, so nothing else can be missing
            message = f"decision table {self.name} gives no {output}: its cell cannot be worked out for this record"
            raise Hindrance(message, kind="expression")
        return decided


def _plain_text(cell: str) -> str | None:
    text = cell.strip()
    return text[1:-1] if _TEXT.fullmatch(text) else None


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
    for at, table in _tables(source.content):
        _check(source, ("nodes", at, "content"), table)
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
            yield at, node.get("content") or {}


def _check(source: Source, spot: Spot, table: dict[str, Any]) -> None:
    """Every cell is an expression and every record gets an answer; the engine would only find out when it is asked."""
    missing = [name for name in ("inputs", "outputs", "rules") if not isinstance(table.get(name), list)]
    for name in missing:
        source.fault((*spot, name), "is missing; a table has inputs, outputs and rules")
    if missing:
        return
    if table.get("hitPolicy") != "first":
        source.fault((*spot, "hitPolicy"), f"must be 'first', not {table.get('hitPolicy')!r}")
    columns = {column["id"]: column for column in (*table["inputs"], *table["outputs"])}
    outputs = {column["id"] for column in table["outputs"]}
    for number, rule in enumerate(table["rules"]):
        for name, fault in _faults(rule, columns, outputs):
            source.fault((*spot, "rules", number, name), fault)
    last = table["rules"][-1] if table["rules"] else {}
    if not table["rules"] or any(last.get(column["id"], "").strip() not in _ANY for column in table["inputs"]):
        source.fault((*spot, "rules"), "the last rule must hold for every record: leave its inputs empty")


def _faults(rule: dict[str, Any], columns: Mapping[str, Any], outputs: set[str]) -> Iterator[tuple[str, str]]:
    for name in rule:
        if not name.startswith("_") and name not in columns:
            yield name, "belongs to no column of the table"
    for name, column in columns.items():
        cell = rule.get(name, "")
        fault = _cell_fault(cell, output=name in outputs)
        if fault is not None:
            yield name, f"{cell!r} under {column.get('name', name)!r}: {fault}"


def _cell_fault(cell: Any, *, output: bool) -> str | None:
    if not isinstance(cell, str):
        return "a cell is text; put quotes around it"
    if cell.strip() in _ANY:
        return "an output needs a value; write '' for nothing" if output else None
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
