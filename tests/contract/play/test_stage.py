"""A whole day handed to a running sandbox."""

from collections import Counter

import pytest

from tandem.sandbox.play import day
from tandem.sandbox.play.script import Document, Fate, Kind
from tandem.sandbox.play.stage import StageError


def test_the_shop_takes_the_whole_day_and_takes_it_once(stage):
    cast, documents = day.the_cast(), list(day.documents(7))
    stage.stock_up(cast)
    assert stage.register(cast.customers) == len(cast.customers)
    stage.play(documents)
    assert stage.orders_there() == {document.key for document in documents}
    for document in documents:
        for step in document.later:
            stage.step(document.key, step)
    events = Counter(event["type"] for event in stage._events())
    assert events["order.created"] == len(documents)
    assert events["order.updated"] == 3
    assert events["order.cancelled"] == 1

    stage.stock_up(cast)
    assert stage.register(cast.customers) == 0
    stage.play(documents)
    assert Counter(event["type"] for event in stage._events()) == events


def test_what_is_no_order_is_announced_under_its_number(stage):
    stage.play([Document(key="C1", kind=Kind.RETURN, sort="return", body={"returnId": "C1"}, fate=Fate.LEFT_OUT)])
    assert stage.announced((Kind.RETURN,)) == {"C1"}
    assert stage.announced((Kind.ADJUSTMENT,)) == set()


def test_what_the_sandbox_refuses_is_told_with_its_reason(stage):
    with pytest.raises(StageError, match=r"POST /sandbox/warehouse/shipments/0000000009/void: 409 .*no shipment"):
        stage.void("0000000009")
    with pytest.raises(StageError, match=r"PUT /sandbox/faults: 422 .*nonsense"):
        stage.trouble({"nonsense": 1})
