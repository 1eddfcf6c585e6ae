"""Expressions in the form that runs fastest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tandem.mapping.expression import Expression
from tandem.mapping.paths import getter, is_bare, names_of

_COMPARISON = re.compile(r"([\w.]+)\s*(==|!=)\s*('[^'\\]*'|\"[^\"\\]*\")")


class Comparison:
    """A path compared with a text, which needs no engine: by far the commonest condition, asked for every line."""

    def __init__(self, path: str, operator: str, text: str) -> None:
        self.paths = (names_of(path),)
        self._get = getter(path)
        self._equal = operator == "=="
        self._text = text

    def __call__(self, record: Mapping[str, Any], _run: object = None) -> bool:
        """Whether it holds for this record."""
        return (self._get(record) == self._text) is self._equal


def compiled(text: str) -> Expression | Comparison:
    """An expression in the form that runs fastest.

    Raises:
        ExpressionError: it is no expression of the language.
    """
    found = _COMPARISON.fullmatch(text.strip())
    if found and is_bare(found.group(1)):
        return Comparison(found.group(1), found.group(2), found.group(3)[1:-1])
    return Expression(text)
