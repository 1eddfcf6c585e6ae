"""The gate: a batch of records against a suite, whose plan is made once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from tandem.errors import TandemError
from tandem.quality.docs import Docs
from tandem.quality.engine import great_expectations
from tandem.quality.frame import Row
from tandem.quality.plan import DETAILED, QUICK, Plan, result
from tandem.quality.suites import SUITES, Suite
from tandem.quality.verdict import Failure, Published, Severity, Verdict


class Gate:
    """Validates batches; one for each process.

    A batch is first asked only whether each expectation holds, which is most of the time all there is to know; what
    does not hold is asked again for the rows. The Data Docs are built by `publish`, because that takes longer.
    """

    def __init__(self, home: Path, *, run: str = "tandem", keep: int = 100) -> None:
        self._docs = Docs(home, run=run, keep=keep)
        self._lock = Lock()
        self._judges: dict[str, _Judge] = {}

    def warm(self) -> None:
        """Spend the second or two that the library takes to load before the first batch does."""
        great_expectations()

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
        """Add what was validated since the last call to the Data Docs; earlier validations stay in them.

        It takes some tenths of a second, in which `check` can be called all the same.
        """
        return self._docs.publish()

    def _check(self, name: str, records: Sequence[Mapping[str, Any]], keys: Sequence[str], *, record: bool) -> Verdict:
        if name not in self._judges:
            self._judges[name] = _Judge(SUITES[name]())
        judge = self._judges[name]
        rows = [{"record": key, **row} for key, one in zip(keys, records, strict=True) for row in judge.suite.rows(one)]
        if not rows:
            return Verdict(suite=name, records=len(keys), expectations=0, met=0)
        found = judge.judge(rows)
        place = {key: index for index, key in enumerate(keys)}
        failures = [
            failure
            for expectation, one in zip(judge.suite.expectations, found, strict=True)
            if not one["success"]
            for failure in _failures(expectation, one["result"], rows, place)
        ]
        verdict = Verdict(
            suite=name,
            records=len(keys),
            expectations=len(found),
            met=sum(bool(one["success"]) for one in found),
            failures=tuple(sorted(failures, key=lambda f: (f.index, f.severity, f.column))),
        )
        if record:
            self._docs.add(verdict, partial(result, name, judge.suite.expectations, found))
        return verdict


class _Judge:
    """A suite and the plans for it: one for all its expectations, and one for the rows of each when it is needed."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._quick = Plan(suite.expectations, QUICK)
        self._rows: dict[int, Plan] = {}

    def judge(self, rows: Sequence[Row]) -> list[Mapping[str, Any]]:
        """What each expectation finds, with the rows for every one that does not hold."""
        import pandas as pd

        frame = pd.DataFrame(rows, dtype=object)
        # What only lines fill is missing when no record has a line, and the library cannot judge a missing column. A
        # name that nothing fills must still be an error, so only columns under a list that the frame counts are added.
        named = [e.column for e in self.suite.expectations if e.column.rpartition(".")[0] in frame.columns]
        frame = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *named])))
        found = self._quick.judge(frame)
        return [one if one["success"] else self._detailed(n).judge(frame)[0] for n, one in enumerate(found)]

    def _detailed(self, position: int) -> Plan:
        if position not in self._rows:
            self._rows[position] = Plan([self.suite.expectations[position]], DETAILED)
        return self._rows[position]


def _failures(
    expectation: Any, found: Mapping[str, Any], rows: Sequence[Row], place: Mapping[str, int]
) -> list[Failure]:
    """One failure for each row that does not meet an expectation."""
    column = str(expectation.column)
    failing = {(row["record"], row["line"]) for row in found["unexpected_index_list"]}
    return [
        Failure(
            index=place[row["record"]],
            key=row["record"],
            column=column,
            sentence=_sentence(str(expectation.description), row, column),
            severity=_severity(expectation),
            line=row["line"],
        )
        for row in rows
        if row.get(column) is not None and (row["record"], row["line"]) in failing
    ]


def _severity(expectation: Any) -> Severity:
    return "warning" if str(getattr(expectation.severity, "value", expectation.severity)) == "warning" else "critical"


def _sentence(description: str, row: Row, column: str) -> str:
    where = f"line {row['line']} " if row["line"] else ""
    found = "is empty" if row[column] == "" else f"has {row[column]}"
    return f"{description} ({where or 'it '}{found})"
