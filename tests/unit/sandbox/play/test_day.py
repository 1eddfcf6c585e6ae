from collections import Counter

import pytest

from tandem.sandbox.play import day
from tandem.sandbox.play.script import Fate


def test_the_same_seed_is_the_same_day_another_is_not():
    assert list(day.documents(7)) == list(day.documents(7))
    assert list(day.documents(7)) != list(day.documents(8))


def test_a_day_has_every_kind_and_its_own_numbers():
    documents = list(day.documents(7))
    assert len(documents) == day.ORDERS
    assert len({document.key for document in documents}) == day.ORDERS
    assert len({document.body["orderNumber"] for document in documents}) == day.ORDERS
    fates = Counter(document.fate for document in documents)
    assert fates[Fate.REFUSED] == 12
    assert fates[Fate.LEFT_OUT] == 1
    assert all(document.why for document in documents if document.fate is not Fate.SOLD)
    assert sum(bool(document.later) for document in documents) == 4
    assert sum(document.sort == "ordinary" for document in documents) > 100


def test_too_short_a_day_is_refused():
    with pytest.raises(ValueError, match="a day has at least"):
        list(day.documents(7, orders=10))
