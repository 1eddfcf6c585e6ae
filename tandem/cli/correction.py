"""Corrections of a record at the command line."""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tandem.errors import TandemError
from tandem.values import loads


def read(file: Path) -> dict[str, Any]:
    """The corrected record in a file; `-` is standard input.

    Raises:
        TandemError: it cannot be read, or is not a JSON object.
    """
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        payload = loads(text)
    except OSError as error:
        raise TandemError(f"--file {file}: {error.strerror}") from None
    except ValueError as error:
        raise TandemError(f"--file {file} is not JSON: {error}") from None
    if not isinstance(payload, dict):
        raise TandemError(f"--file {file} must hold one JSON object, as the record was")
    return payload


def assigned(payload: dict[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
    """A copy of the record with single values set; a value that is not JSON is text.

    Raises:
        TandemError: an assignment has no =, or its path is not in the record.
    """
    corrected = copy.deepcopy(payload)
    for assignment in assignments:
        path, sign, text = assignment.partition("=")
        if not sign:
            raise TandemError(f"--set {assignment}: write PATH=VALUE")
        _set(corrected, path.split("."), _value(text), path)
    return corrected


def _value(text: str) -> Any:
    try:
        return loads(text)
    except ValueError:
        return text


def _set(record: Any, path: Sequence[str], value: Any, whole: str) -> None:
    *way, last = path
    for name in way:
        record = _step(record, name, whole)
    if isinstance(record, list):
        _step(record, last, whole)
        record[int(last)] = value
    elif isinstance(record, dict):
        record[last] = value
    else:
        raise TandemError(f"--set {whole}: {last!r} lies below a value that has no fields")


def _step(record: Any, name: str, whole: str) -> Any:
    if isinstance(record, list) and name.isdigit() and int(name) < len(record):
        return record[int(name)]
    if isinstance(record, dict) and name in record:
        return record[name]
    raise TandemError(f"--set {whole}: the record has no {name!r} there")
