"""Order per key by the company's own trail: what a change found is what the change before it left."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from tests.crash.findings import Finding
from tests.crash.reading import Reader

TRAIL = """
select d.extid, h.before, h.after from tdhist h join tdorder d on trim(d.sono) = trim(h.recordkey)
where h.tablename = 'somast' order by h.rowid
"""


def trail_findings(company: Reader, last: Mapping[str, Decimal]) -> Iterator[Finding]:
    """Quantities that only ever rose in the shop, and did not in the company; `last` is where each order ended."""
    stands: dict[str, Decimal] = defaultdict(Decimal)
    changes = 0
    for key, before, after in company.rows(TRAIL):
        found, made = _pieces(before), _pieces(after)
        changes += 1
        if stands[key] and found != stands[key]:
            yield Finding("order", key, f"a change found {found} pieces, the one before had left {stands[key]}")
        if made < found:
            yield Finding("order", key, f"went from {found} pieces back to {made}")
        stands[key] = made
    for key, wanted in last.items():
        if stands[key] not in (Decimal(0), wanted):
            yield Finding("order", key, f"was left at {stands[key]} pieces, the shop's last change was to {wanted}")
    if not changes:
        yield Finding("check", "trail", "no order was ever changed: nothing was shown about order per key")


def _pieces(record: str) -> Decimal:
    lines = json.loads(record, parse_float=Decimal, parse_int=Decimal)["LineItems"]
    return Decimal(next(line["Quantity"] for line in lines if line["LineReference"] == "1"))
