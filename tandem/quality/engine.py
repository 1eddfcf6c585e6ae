"""The way into Great Expectations: imported late because it takes more than a second, and told to keep quiet."""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import ModuleType
from typing import Any

LATER = ("altair", "scipy.stats")
"""What the library imports for the sake of expectations about distributions, which no suite holds: a third of its time
and of its memory. They are loaded when something of them is first used."""


@lru_cache(maxsize=1)
def great_expectations() -> ModuleType:
    """The library, with analytics off; what it has to say about its own dependencies is none of our users' business."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings(), _swiftly():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        import great_expectations.expectations
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return gx


@contextmanager
def _swiftly() -> Iterator[None]:
    """Load later what is not needed yet, and let no collection of garbage look at what has come to stay.

    That is 300,000 objects, in which each full collection would look around for 0.2 s while every thread waits.
    """
    finder, collecting = _Later(), gc.isenabled()
    sys.meta_path.insert(0, finder)
    gc.disable()
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        gc.freeze()
        if collecting:
            gc.enable()


class _Later:
    """Finds the modules of `LATER` as modules that load themselves at first use."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The way to one of these modules; None for all others, which are found as usual."""
        spec = PathFinder.find_spec(name, path, target) if name in LATER else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def expectations() -> Any:
    """The library's own expectation classes."""
    return great_expectations().expectations


def in_folder(root: Path) -> Any:
    """A context that keeps its history in `root`/gx."""
    return quiet(great_expectations().get_context(mode="file", project_root_dir=str(root)))


def quiet(context: Any) -> Any:
    """The context without progress bars."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context
