"""`tandem reconcile stock`, as far as it says no before it asks anybody."""

from decimal import Decimal

import pytest
from typer.testing import CliRunner

from flows.inventory_reconciliation import Options
from tandem.cli import stock
from tandem.cli.reconcile import app
from tandem.rules.stock_differences import Limits


def nobody(_what: str, _count: int) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"apply": False, "each": "5"}, "give --apply with them"),
        ({"apply": True, "each": "five"}, "--each five"),
        ({"apply": True, "share": "-0.1"}, "--share -0.1: give a number of at least 0"),
    ],
)
def test_limits_that_cannot_be_used_are_named(limits: dict[str, object], why: str) -> None:
    given = {"each": None, "share": None, "total": None} | limits
    with pytest.raises(stock.NotCompared, match=why):
        stock.compare_stock(**given, told=nobody)  # type: ignore[arg-type]


def test_the_documents_have_a_command_of_their_own_beside_it() -> None:
    said = CliRunner().invoke(app, ["stock", "--help"])
    assert said.exit_code == 0
    assert "--apply" in said.stdout


def test_a_run_takes_the_limits_it_is_given_and_the_usual_ones_beside_them() -> None:
    usual = Limits(each=Decimal(5), share=Decimal("0.01"), total=Decimal(50))
    assert Options().limits(usual) == usual
    assert Options(each=Decimal(9)).limits(usual) == Limits(each=Decimal(9), share=Decimal("0.01"), total=Decimal(50))
    assert not Options(each=Decimal(9), only_look=True).limits(usual).any
    assert [str(Options()), str(Options(each=Decimal(9))), str(Options(only_look=True))] == [
        "usual limits", "each 9", "only look",
    ]  # fmt: skip


def facts(**other: object) -> dict[str, object]:
    found = {"compared": 54, "differing": 0, "held": 0, "announced": 0, "refusal": "", "kinds": {}, "only_looked": True}
    return found | other


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (facts(), "54 places compared: 0 differ."),
        (facts(kinds={"lag": {"rows": 7}, "in flight": {"rows": 1}}), "0 differ, 8 more for the moment alone."),
        (facts(differing=3, held=3, refusal="no limits"), "3 wait for a person. Nothing was corrected: --apply does"),
        (
            facts(differing=3, held=1, announced=2, only_looked=False),
            "3 differ, 2 are published once more, 1 wait for a person.",
        ),
        (
            facts(differing=3, held=3, refusal="3 of 54 differ, which is more", only_looked=False),
            "3 wait for a person. Nothing is corrected: 3 of 54 differ, which is more.",
        ),
    ],
)
def test_what_was_found_and_what_becomes_of_it_stands_in_the_first_line(found: dict[str, object], said: str) -> None:
    assert said in stock.summary(found)
