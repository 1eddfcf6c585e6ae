"""What Great Expectations must compute to judge a suite, worked out once and used for every batch.

`batch.validate` works out anew for each batch which metrics every expectation needs and how they hang together; that
takes 50 ms, and computing and judging a tenth of it. Which metrics are needed depends on the expectations alone, so the
graph of metrics is kept. Metrics are computed by the library's engine and judged by the library's expectations; a
property test holds the outcome equal to that of `batch.validate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tandem.errors import TandemError
from tandem.quality.engine import great_expectations
from tandem.quality.frame import KEYS

BATCH = "batch"

QUICK: Mapping[str, Any] = {"result_format": "BOOLEAN_ONLY"}
DETAILED: Mapping[str, Any] = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": list(KEYS),
    "return_unexpected_index_query": False,
}


class Plan:
    """The metrics that some expectations need in one result format, in the order in which they can be computed."""

    def __init__(self, expectations: Iterable[Any], result_format: Mapping[str, Any]) -> None:
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.validation_graph import ValidationGraph

        self._runtime: dict[str, Any] = {"result_format": dict(result_format), "catch_exceptions": False}
        self._expectations = list(expectations)
        self._needs: list[Mapping[str, Any]] = []
        engine = PandasExecutionEngine()
        graph = ValidationGraph(execution_engine=engine)
        for expectation in self._expectations:
            needs = expectation.get_validation_dependencies(engine, self._runtime)
            for metric in needs.metric_configurations.values():
                graph.build_metric_dependency_graph(metric, self._runtime)
            self._needs.append(needs.metric_configurations)
            self._judging = {"result_format": needs.result_format}  # the same for all, with what was left out filled in
        self._edges = graph.edges

    def judge(self, frame: Any) -> list[Mapping[str, Any]]:
        """What each expectation finds in the frame, in their order: `success`, and `result` if the format asks for it.

        Raises:
            TandemError: a metric could not be computed, so that nothing can be said of the batch.
        """
        from great_expectations.exceptions.exceptions import MetricResolutionError
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.validation_graph import ValidationGraph

        engine = PandasExecutionEngine(batch_data_dict={BATCH: frame})
        graph = ValidationGraph(execution_engine=engine, edges=self._edges)
        try:
            metrics, _ = graph.resolve(self._runtime, show_progress_bars=False)
        except MetricResolutionError as error:
            columns = sorted({str(failed.metric_domain_kwargs.get("column")) for failed in error.failed_metrics})
            raise TandemError(f"{', '.join(columns)} could not be evaluated: {error}") from None
        # `_validate` is what every expectation has to define; `metrics_validate` around it plans all over again.
        return [
            expectation._validate(
                {name: metrics[metric.id] for name, metric in needed.items()}, dict(self._judging), engine
            )
            for expectation, needed in zip(self._expectations, self._needs, strict=True)
        ]


def result(suite: str, expectations: Sequence[Any], found: Sequence[Mapping[str, Any]]) -> Any:
    """The library's own form of what the expectations found, as the Data Docs show it."""
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.validator.validation_statistics import calc_validation_statistics

    results = [
        ExpectationValidationResult(
            success=one["success"], result=one.get("result", {}), expectation_config=expectation.configuration
        )
        for expectation, one in zip(expectations, found, strict=True)
    ]
    statistics = calc_validation_statistics(results)
    return ExpectationSuiteValidationResult(
        success=statistics.success,
        results=results,
        suite_name=suite,
        statistics={
            "evaluated_expectations": statistics.evaluated_expectations,
            "successful_expectations": statistics.successful_expectations,
            "unsuccessful_expectations": statistics.unsuccessful_expectations,
            "success_percent": statistics.success_percent,
        },
        meta={"great_expectations_version": great_expectations().__version__},
    )
