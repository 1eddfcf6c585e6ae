"""Data Docs with a history: a file context under TANDEM_HOME, written by one process at a time."""

from __future__ import annotations

import os
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

from tandem.quality.engine import great_expectations, in_folder
from tandem.quality.lock import only_one
from tandem.quality.suites import SUITES
from tandem.quality.verdict import Published
from tandem.quality.view import site
from tandem.values import utc_now

SITE = "tandem"

WAITING = 20
"""Validations that wait for `publish` at most; of those that stopped no record only the newest of each suite."""

Entry = tuple[str, datetime, Any]
"""A suite's name, when it was asked, and the library's result."""


class Docs:
    """Collects validation results and turns them into pages."""

    def __init__(self, home: Path, *, run: str, keep: int) -> None:
        self._home = home
        self._run = run
        self._keep = keep
        self._context: Any = None
        self._stopped: deque[Entry] = deque(maxlen=WAITING)
        self._passed: dict[str, Entry] = {}
        self._described: set[str] = set()
        self._dropped = 0
        self._number = 0

    @property
    def index(self) -> Path:
        """The first page."""
        return self._home / "gx" / "uncommitted" / "data_docs" / SITE / "index.html"

    def add(self, suite: str, result: Any, *, stopped: bool) -> None:
        """Keep a result for the next `publish`; `stopped` says whether it stopped a record."""
        entry = (suite, utc_now(), result)
        if not stopped:
            self._passed[suite] = entry
            return
        self._dropped += len(self._stopped) == WAITING
        self._stopped.append(entry)

    def publish(self) -> Published:
        """Write what waits and build its pages; what other runs wrote stays until `keep` newer ones are there."""
        waiting = [*self._stopped, *self._passed.values()]
        published = Published(index=self.index, added=len(waiting), dropped=self._dropped)
        if waiting:
            self._home.mkdir(parents=True, exist_ok=True)
            with only_one(self._home / "gx.lock"):
                self._write(waiting)
        self._stopped.clear()
        self._passed.clear()
        self._dropped = 0
        return published

    def _write(self, waiting: list[Entry]) -> None:
        context = self._opened()
        store = context.validation_results_store
        for suite in {suite for suite, _, _ in waiting} - self._described:
            context.suites.add_or_update(
                great_expectations().ExpectationSuite(name=suite, expectations=SUITES[suite]().expectations)
            )
            self._described.add(suite)
        written = [_suite_identifier(suite) for suite in sorted({suite for suite, _, _ in waiting})]
        for suite, moment, result in waiting:
            self._number += 1
            key = _result_identifier(suite, moment, f"{self._run}-{os.getpid()}-{self._number}")
            result.meta |= {
                "run_id": key.run_id,
                "validation_time": moment,
                "batch_kwargs": {"data_asset_name": suite},
            }
            store.set(key, result)
            written.append(key)
        self._forget(store)
        context.build_data_docs(resource_identifiers=written)

    def _forget(self, store: Any) -> None:
        """Take away results beyond the newest `keep`, and their pages."""
        newest_first = sorted(store.list_keys(), key=lambda key: key.run_id.run_time, reverse=True)
        for key in newest_first[self._keep :]:
            store.remove_key(key)
            page = self.index.parent.joinpath("validations", *key.to_tuple())
            page.with_name(f"{page.name}.html").unlink(missing_ok=True)
            _remove_empty(page.parent, top=self.index.parent)
            kept = self._home.joinpath("gx", "uncommitted", "validations")
            _remove_empty(kept.joinpath(*key.to_tuple()).parent, top=kept)

    def _opened(self) -> Any:
        if self._context is None:
            context = in_folder(self._home)
            sites = {SITE: site(f"uncommitted/data_docs/{SITE}/")}
            if context.variables.data_docs_sites != sites:
                context.variables.data_docs_sites = sites
                context.variables.save()
            self._context = context
        return self._context


def _remove_empty(folder: Path, *, top: Path) -> None:
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _suite_identifier(suite: str) -> Any:
    from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier

    return ExpectationSuiteIdentifier(name=suite)


def _result_identifier(suite: str, moment: datetime, run: str) -> Any:
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import ValidationResultIdentifier

    return ValidationResultIdentifier(
        expectation_suite_identifier=_suite_identifier(suite),
        run_id=RunIdentifier(run_name=run, run_time=moment),
        batch_identifier=suite,
    )
