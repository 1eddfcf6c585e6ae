from __future__ import annotations

import pytest

from tandem.mapping.suggest import did_you_mean, one_of, suggestions

SKUS = ["WIDGET-10", "WIDGET-100", "GADGET-7", "FREIGHT"]


def test_the_likest_come_first():
    assert suggestions("widget 10", SKUS)[0] == "WIDGET-10"
    assert suggestions("gadgt-7", SKUS) == ["GADGET-7"]


@pytest.mark.parametrize("value", ["zzz", "", "東京", "---"])
def test_what_is_like_nothing_gets_no_suggestion(value: str):
    assert suggestions(value, SKUS) == []
    assert did_you_mean(value, SKUS) == ""


def test_sentences():
    assert did_you_mean("gadgt-7", SKUS) == "; did you mean 'GADGET-7'?"
    assert one_of("gadgt-7", SKUS) == "did you mean 'GADGET-7'?"
    assert one_of("zzz", SKUS) == "known are 'FREIGHT', 'GADGET-7', 'WIDGET-10', 'WIDGET-100'"
    assert one_of("zzz", SKUS, show=2) == "known are 'FREIGHT', 'GADGET-7' and 2 more"
    assert one_of("zzz", []) == "none is known"
