"""The way into Great Expectations: imported late because it takes seconds, and told to keep quiet."""

from __future__ import annotations

import logging
import os
import warnings
from functools import lru_cache
from pathlib import Path
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


def in_memory() -> Any:
    """A context that keeps nothing and touches no disk."""
    gx = great_expectations()
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    config = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults())
    return quiet(gx.get_context(mode="ephemeral", project_config=config))


def in_folder(root: Path) -> Any:
    """A context that keeps its history in `root`/gx."""
    return quiet(great_expectations().get_context(mode="file", project_root_dir=str(root)))


def quiet(context: Any) -> Any:
    """The context without progress bars."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context
