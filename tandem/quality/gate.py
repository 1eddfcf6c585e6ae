"""The gate: a batch of records against a suite, in a context that is warmed once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from tandem.errors import TandemError
from tandem.quality.docs import Docs
from tandem.quality.engine import great_expectations, in_memory
from tandem.quality.frame import KEYS, Row
from tandem.quality.suites import SUITES, Suite
from tandem.quality.verdict import Failure, Published, Severity, Verdict

QUICK = "BOOLEAN_ONLY"
DETAILED = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": list(KEYS),
    "return_unexpected_index_query": False,
}


class Gate:
    """Validates batches; one for each process.

    A batch is first asked only whether each expectation holds, which is most of the time all there is to know; what
    does not hold is asked again for the rows. The Data Docs are built by `publish`, because that takes longer.
    """

    def __init__(self, home: Path, *, run: str = "tandem", keep: int = 100) -> None:
        self._docs = Docs(home, run=run, keep=keep)
        self._lock = Lock()
        self._context: Any = None
        self._suites: dict[str, tuple[Suite, Any, Any]] = {}

    def warm(self) -> None:
        """Spend the seconds that the library takes to load before the first batch does."""
        with self._lock:
            self._ready()

    def check(
        self, suite: str, rows: Sequence[Mapping[str, Any]], *, keys: Sequence[str], record: bool = True
    ) -> Verdict:
        """The verdict of the named suite over records, of which `keys` are the business keys in the same order.

        `record` False keeps it out of the Data Docs.

        Raises:
            TandemError: there is no such suite, or it cannot be evaluated.
        """
        if suite not in SUITES:
            raise TandemError(f"there is no suite {suite!r}; there are {', '.join(sorted(SUITES))}")
        with self._lock:
            return self._check(suite, rows, keys, record=record)

    def publish(self) -> Published:
        """Add what was validated since the last call to the Data Docs; earlier validations stay in them."""
        with self._lock:
            return self._docs.publish()

    def _ready(self) -> Any:
        if self._context is None:
            self._context = in_memory()
            self._context.data_sources.add_pandas("tandem")
        return self._context

    def _suite(self, name: str) -> tuple[Suite, Any, Any]:
        """The suite, the library's own form of it, and where its batches come from."""
        if name not in self._suites:
            context = self._ready()
            suite = SUITES[name]()
            for position, expectation in enumerate(suite.expectations):
                expectation.meta = {"position": position}
            own = great_expectations().ExpectationSuite(name=name, expectations=suite.expectations)
            asset = context.data_sources.get("tandem").add_dataframe_asset(name)
            self._suites[name] = suite, own, asset.add_batch_definition_whole_dataframe("batch")
        return self._suites[name]

    def _check(self, name: str, records: Sequence[Mapping[str, Any]], keys: Sequence[str], *, record: bool) -> Verdict:
        suite, own, source = self._suite(name)
        rows = [{"record": key, **row} for key, one in zip(keys, records, strict=True) for row in suite.rows(one)]
        if not rows:
            return Verdict(suite=name, records=len(keys), expectations=0, met=0)
        result = _validate(source, own, rows)
        place = {key: index for index, key in enumerate(keys)}
        failures = [f for found in result.results if not found.success for f in _failures(found, rows, place)]
        verdict = Verdict(
            suite=name,
            records=len(keys),
            expectations=len(result.results),
            met=sum(1 for found in result.results if found.success),
            failures=tuple(sorted(failures, key=lambda f: (f.index, f.severity, f.column))),
        )
        if record:
            self._docs.add(name, result, stopped=not verdict.ok)
        return verdict


def _validate(source: Any, suite: Any, rows: Sequence[Row]) -> Any:
    """The library's result, with the rows for every expectation that does not hold."""
    import pandas as pd

    frame = pd.DataFrame(rows, dtype=object)
    # What only lines fill is missing when no record has a line, and the library cannot judge a missing column. A name
    # that nothing fills must still be an error, so only columns under a list that the frame counts are added.
    named = [e.column for e in suite.expectations if e.column.rpartition(".")[0] in frame.columns]
    frame = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *named])))
    batch = source.get_batch({"dataframe": frame})
    result = batch.validate(suite, result_format=QUICK)
    failed = {_position(found) for found in result.results if not found.success}
    if failed:
        again = great_expectations().ExpectationSuite(
            name=suite.name, expectations=[e for e in suite.expectations if e.meta["position"] in failed]
        )
        detailed = {_position(found): found for found in batch.validate(again, result_format=DETAILED).results}
        result.results = [detailed.get(_position(found), found) for found in result.results]
    return result


def _position(found: Any) -> int:
    return int(found.expectation_config.meta["position"])


def _failures(found: Any, rows: Sequence[Row], place: Mapping[str, int]) -> list[Failure]:
    """One failure for each row that does not meet an expectation.

    Raises:
        TandemError: the expectation could not be evaluated at all.
    """
    config = found.expectation_config
    column = str(config.kwargs["column"])
    if "unexpected_index_list" not in found.result:
        raise TandemError(f"{column}: {config.type} could not be evaluated: {found.exception_info}")
    failing = {(row["record"], row["line"]) for row in found.result["unexpected_index_list"]}
    return [
        Failure(
            index=place[row["record"]],
            key=row["record"],
            column=column,
            sentence=_sentence(str(config.description), row, column),
            severity=_severity(config),
            line=row["line"],
        )
        for row in rows
        if row.get(column) is not None and (row["record"], row["line"]) in failing
    ]


def _severity(config: Any) -> Severity:
    return "warning" if str(getattr(config.severity, "value", config.severity)) == "warning" else "critical"


def _sentence(description: str, row: Row, column: str) -> str:
    where = f"line {row['line']} " if row["line"] else ""
    found = "is empty" if row[column] == "" else f"has {row[column]}"
    return f"{description} ({where or 'it '}{found})"
