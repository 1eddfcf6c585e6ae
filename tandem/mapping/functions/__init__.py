"""The named functions of sheets, each in one place; importing this package registers them all."""

from __future__ import annotations

from tandem.mapping.functions import choices, fitting, plain, values
from tandem.mapping.functions.arguments import ArgumentFault
from tandem.mapping.functions.registry import FUNCTIONS, Making, Step, TextFunction, build_step, text_of

__all__ = [
    "FUNCTIONS",
    "ArgumentFault",
    "Making",
    "Step",
    "TextFunction",
    "build_step",
    "choices",
    "fitting",
    "plain",
    "text_of",
    "values",
]
