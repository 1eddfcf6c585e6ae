"""Data Docs with a history: a file context under TANDEM_HOME, written by one process at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from tandem.quality.engine import great_expectations, in_folder
from tandem.quality.lock import only_one
from tandem.quality.suites import SUITES
from tandem.quality.verdict import Published, Verdict
from tandem.quality.view import site
from tandem.quality.waiting import Entry, Waiting

SITE = "tandem"

SWITCH_SECONDS = 0.0005
"""How long a thread that builds pages keeps the interpreter from the one that carries records; else ten times this."""


class Docs:
    """Collects validation results and turns them into pages."""

    def __init__(self, home: Path, *, run: str, keep: int) -> None:
        self._home = home
        self._run = run
        self._keep = keep
        self._context: Any = None
        self._waiting = Waiting()
        self._described: set[str] = set()
        self._number = 0
        self._publishing = Lock()

    @property
    def index(self) -> Path:
        """The first page."""
        return self._home / "gx" / "uncommitted" / "data_docs" / SITE / "index.html"

    def add(self, verdict: Verdict, result: Callable[[], Any]) -> None:
        """Keep a validation for the next `publish`, even while one is under way."""
        self._waiting.add(verdict, result)

    def publish(self) -> Published:
        """Write what waits and build its pages; what other runs wrote stays until `keep` newer ones are there."""
        with self._publishing:
            waiting, dropped = self._waiting.take()
            try:
                if waiting:
                    self._home.mkdir(parents=True, exist_ok=True)
                    with only_one(self._home / "gx.lock"), _giving_way():
                        self._write(waiting)
            except BaseException:
                self._waiting.give_back(waiting, dropped)
                raise
        return Published(index=self.index, added=len(waiting), dropped=dropped)

    def _write(self, waiting: list[Entry]) -> None:
        context = self._opened()
        store = context.validation_results_store
        suites = {entry.suite for entry in waiting}
        for suite in suites - self._described:
            context.suites.add_or_update(
                great_expectations().ExpectationSuite(name=suite, expectations=SUITES[suite]().expectations)
            )
            self._described.add(suite)
        written = [_suite_identifier(suite) for suite in sorted(suites)]
        for entry in waiting:
            self._number += 1
            key = _result_identifier(entry.suite, entry.last, f"{self._run}-{os.getpid()}-{self._number}")
            result = entry.result()
            result.meta |= {
                "run_id": key.run_id,
                "validation_time": entry.last,
                "batch_kwargs": {"data_asset_name": entry.suite},
                "batch_parameters": entry.counts(),
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


@contextmanager
def _giving_way() -> Iterator[None]:
    """Hand the interpreter over ten times as often, so that a micro-batch beside this thread hardly notices it."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


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
