"""The shop by plain SQL: each shipment told once and in full, and what it was told of webhooks by the ingress."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from tests.crash.customers import Acknowledged
from tests.crash.findings import DOUBLED, LOST, Finding
from tests.crash.reading import Reader, exact

ACCEPTED = """
select distinct e.event_id from event e join attempt a on a.seq = e.seq where a.status between 200 and 299
"""
SHIPPED = """
select trim(s.shipno), d.extid, l.lineref, s.qtyship from soship s join tdorder d on d.sono = s.sono
left join tdline l on l.sono = s.sono and l.tranlineno = s.tranlineno where s.shpstat <> 'V'
"""


def shop_findings(shop: Reader, company: Reader, store: Reader, book: Mapping[str, Acknowledged]) -> list[Finding]:
    """All that is wrong with the shop."""
    return [*_kept(shop, book), *_fulfilments(shop, company), *_events(shop, store)]


def accepted(shop: Reader) -> set[str]:
    """The webhooks that the ingress has answered with 2xx."""
    return {row[0] for row in shop.rows(ACCEPTED)}


def _kept(shop: Reader, book: Mapping[str, Acknowledged]) -> Iterator[Finding]:
    """The stand-in itself has lost nothing that it had acknowledged: else the test would test nothing."""
    there = {row[0] for row in shop.rows('select "orderId" from orders')}
    yield from (Finding("stand-in", key, "acknowledged by the shop and gone from it") for key in book.keys() - there)


def _fulfilments(shop: Reader, company: Reader) -> Iterator[Finding]:
    told: dict[str, list[Counter[tuple[str, str, Decimal]]]] = defaultdict(list)
    mails = Counter(row[0] for row in shop.rows('select "fulfillmentId" from notification'))
    for number, order, body in shop.rows('select "externalKey", "orderId", body from fulfillments'):
        record = json.loads(body, parse_float=Decimal)
        told[number].append(Counter((order, x["lineId"], exact(x["quantity"])) for x in record["lines"]))
        if mails[record["fulfillmentId"]] > 1:
            yield Finding(DOUBLED, number, f"the customer was written to {mails[record['fulfillmentId']]} times")
    shipped: dict[str, Counter[tuple[str, str, Decimal]]] = defaultdict(Counter)
    for number, order, line, quantity in company.rows(SHIPPED):
        shipped[number][order, line, exact(quantity)] += 1
    for number, lines in shipped.items():
        if len(told[number]) != 1:
            kind = DOUBLED if told[number] else LOST
            yield Finding(kind, number, f"a shipment that the shop was told of {len(told[number])} times")
        elif told[number][0] != lines:
            yield Finding("wrong", number, f"shipped was {dict(lines)}, the shop was told {dict(told[number][0])}")
    yield from (Finding(DOUBLED, number, "the shop was told of no shipment") for number in told.keys() - shipped.keys())


def _events(shop: Reader, store: Reader) -> Iterator[Finding]:
    stored = Counter(row[0] for row in store.rows("select event_id from inbox where source = 'clarity'"))
    yield from (Finding(DOUBLED, event, f"stored {count} times") for event, count in stored.items() if count > 1)
    lost = accepted(shop) - stored.keys()
    yield from (Finding(LOST, event, "a webhook answered with 2xx and not in the inbox") for event in lost)
