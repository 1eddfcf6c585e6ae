"""The kept plan against the library's own way: an upgrade that changes either is seen here."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tandem.errors import TandemError
from tandem.quality.engine import great_expectations, quiet
from tandem.quality.expect import between, filled, unique
from tandem.quality.plan import DETAILED, QUICK, Plan, result
from tandem.quality.suites import SUITES

cells = st.sampled_from(
    [None, "", " ", "x", "0", "USD", "2026-03-02", "2026-03-02T10:11:12", "xxx@xxxxxxx.xxx", "us", "-0.01"]
)
numbers = st.none() | st.decimals(-2, 6000, places=2) | st.just(Decimal("1E+9"))


@cache
def plans(name: str, detailed: bool) -> tuple[list[Any], Plan]:
    expectations = SUITES[name]().expectations
    return expectations, Plan(expectations, DETAILED if detailed else QUICK)


@cache
def source() -> Any:
    context = quiet(great_expectations().get_context(mode="ephemeral"))
    asset = context.data_sources.add_pandas("tandem").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("batch")


def validated(name: str, expectations: list[Any], frame: pd.DataFrame, detailed: bool) -> Any:
    """As the library's manual has it."""
    suite = great_expectations().ExpectationSuite(name=name, expectations=expectations)
    result_format: Any = dict(DETAILED) if detailed else QUICK["result_format"]
    return source().get_batch({"dataframe": frame}).validate(suite, result_format=result_format)


def shown(validation: Any) -> dict[str, Any]:
    """What a validation says: all of it but where it came from."""
    said = validation.to_json_dict()
    for one in said["results"]:
        one["expectation_config"]["kwargs"].pop("batch_id", None)
        one["expectation_config"].pop("id", None)
    # The library gives them back in no order of ours.
    said["results"].sort(key=lambda one: (one["expectation_config"]["kwargs"]["column"], str(one)))
    return {part: said[part] for part in ("success", "suite_name", "statistics", "results")}


@pytest.mark.parametrize("detailed", [False, True])
@pytest.mark.parametrize("name", SUITES)
@settings(max_examples=6, deadline=None, phases=[Phase.generate])  # to shrink would take minutes
@given(data=st.data())
def test_a_kept_plan_finds_what_the_library_finds(name: str, detailed: bool, data: st.DataObject) -> None:
    expectations, plan = plans(name, detailed)
    counted = {e.column for e in expectations if hasattr(e, "min_value")}
    row = st.fixed_dictionaries({e.column: numbers if e.column in counted else cells for e in expectations})
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    frame = pd.DataFrame([{"record": str(n), "line": "", **one} for n, one in enumerate(rows)], dtype=object)
    ours = result(name, expectations, plan.judge(frame.copy()))
    assert shown(ours) == shown(validated(name, expectations, frame, detailed))


def test_one_batch_leaves_nothing_for_the_next() -> None:
    expectations = [filled("name", "name must be filled"), unique("name", "name must be unique")]
    plan = Plan(expectations, QUICK)
    frames = [pd.DataFrame({"name": names}, dtype=object) for names in (["a", "b"], ["", "b"], ["b", "b"], ["a"])]
    found = [[one["success"] for one in plan.judge(frame)] for frame in frames]
    assert found == [[True, True], [False, True], [True, False], [True, True]]


def test_what_cannot_be_computed_is_no_verdict_and_names_the_column() -> None:
    plan = Plan([between("count", 0, 5, "count must be 0 to 5")], QUICK)
    for frame in (pd.DataFrame({"other": ["x"]}, dtype=object), pd.DataFrame({"count": [object()]}, dtype=object)):
        with pytest.raises(TandemError, match="count could not be evaluated"):
            plan.judge(frame)
    assert plan.judge(pd.DataFrame({"count": [Decimal(3)]}, dtype=object))[0]["success"] is True


LOADING = """
import gc, sys
from tandem.quality.engine import great_expectations
great_expectations()
later = [name for name in ("altair.vegalite", "scipy.optimize", "scipy.stats._stats_py") if name in sys.modules]
from scipy import stats
import altair
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as user
assert user.stats is stats and user.alt is altair
assert stats.norm.cdf(0) == 0.5 and altair.Chart().mark_bar()
ours = [finder for finder in sys.meta_path if "tandem" in type(finder).__module__]
print(later, gc.isenabled(), gc.get_freeze_count() > 100_000, ours)
"""


def test_what_no_suite_uses_is_loaded_at_its_first_use() -> None:
    done = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("[] True True []\n", "")
