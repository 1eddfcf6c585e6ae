"""The way into Great Expectations: imported late because it takes seconds, and told to keep quiet."""

from __future__ import annotations

import logging
import os
import warnings
from functools import lru_cache
from types import ModuleType
from typing import Any


@lru_cache(maxsize=1)
def great_expectations() -> ModuleType:
    """The library, with analytics off; what it has to say about its own dependencies is none of our users' business."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        import great_expectations.expectations
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return gx


def expectations() -> Any:
    """The library's own expectation classes."""
    return great_expectations().expectations


def quiet(context: Any) -> Any:
    """The context without progress bars."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context
