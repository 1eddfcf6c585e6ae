"""The company by plain SQL: is every acknowledged order there once, whole and to the cent, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from tests.crash.customers import Acknowledged
from tests.crash.findings import DOUBLED, LOST, Finding
from tests.crash.reading import Reader, Row, exact
from tests.crash.script import Lines
from tests.crash.stock_side import conserved

SERVICES = {"FREIGHT", "ROUNDING"}
VOID, GONE = "V", "X"

DOUBLES = (
    ("sales order", "select sono, count(*) from somast group by sono having count(*) > 1"),
    ("order of the shop", "select extid, count(*) from tdorder group by extid having count(*) > 1"),
    ("companion", "select sono, count(*) from tdorder group by sono having count(*) > 1"),
    ("line", "select sono || '/' || tranlineno, count(*) from sotran group by sono, tranlineno having count(*) > 1"),
    ("address", "select sono || '/' || adtype, count(*) from soaddr group by sono, adtype having count(*) > 1"),
    ("customer", "select custno, count(*) from arcust group by custno having count(*) > 1"),
    (
        "customer by e-mail",
        "select lower(trim(email)), count(*) from arcust where trim(email) <> '' group by 1 having count(*) > 1",
    ),
    ("customer of the shop", "select extid, count(*) from tdcust group by extid having count(*) > 1"),
)

HALVES = (
    ("header without lines", "select sono from somast where sono not in (select sono from sotran)"),
    ("lines without header", "select distinct sono from sotran where sono not in (select sono from somast)"),
    ("header without address", "select sono from somast where sono not in (select sono from soaddr)"),
    ("header without companion", "select sono from somast where sono not in (select sono from tdorder)"),
    ("companion without header", "select sono from tdorder where sono not in (select sono from somast)"),
    (
        "line without companion",
        "select sono from sotran t where (sono, tranlineno) not in (select sono, tranlineno from tdline)",
    ),
    ("shipment without order", "select distinct shipno from soship where sono not in (select sono from somast)"),
    ("customer without companion", "select custno from arcust where custno not in (select custno from tdcust)"),
    ("companion without customer", "select extid from tdcust where custno not in (select custno from arcust)"),
    ("order without customer", "select sono from somast where custno not in (select custno from arcust)"),
)

HEADERS = (
    "select d.extid, trim(m.sono), m.ordamt, m.shpamt, m.tax, m.sostat, trim(m.custno), trim(a.address1) "
    "from tdorder d join somast m on m.sono = d.sono join soaddr a on a.sono = m.sono"
)
ROWS = (
    "select d.extid, trim(t.item), t.origqtyord, t.price, t.origextpri, t.qtyord, t.qtyshp, t.sostat "
    "from sotran t join tdorder d on d.sono = t.sono"
)


def company_findings(company: Reader, book: Mapping[str, Acknowledged], registered: set[str]) -> list[Finding]:
    """All that is wrong with the company."""
    return [
        *_plain(company),
        *_orders(company, book),
        *_people(company, book, registered),
        *_balances(company),
        *conserved(company),
    ]


def in_company(company: Reader) -> set[str]:
    """The shop's numbers of the orders that are there."""
    return {row[0] for row in company.rows("select extid from tdorder")}


def _plain(company: Reader) -> Iterator[Finding]:
    for what, query in DOUBLES:
        yield from (Finding(DOUBLED, str(key), f"{what} {count} times") for key, count in company.rows(query))
    for what, query in HALVES:
        yield from (Finding("half", str(row[0]).strip(), what) for row in company.rows(query))


def _orders(company: Reader, book: Mapping[str, Acknowledged]) -> Iterator[Finding]:
    headers: dict[str, Row] = {row[0]: row for row in company.rows(HEADERS)}
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in company.rows(ROWS):
        if row[-1] != GONE:
            lines[row[0]].append(row)
    for key, said in book.items():
        if key in headers:
            yield from (Finding("wrong", key, what) for what in _order(said, headers[key], lines[key]))
        elif not said.cancelled:
            yield Finding(LOST, key, "acknowledged by the shop and not in the company")
    yield from (Finding(DOUBLED, key, "in the company and never acknowledged") for key in headers.keys() - book.keys())


def _order(said: Acknowledged, header: Row, lines: list[Row]) -> Iterator[str]:
    _, sono, open_amount, shipped, tax, status, _, street = header
    if said.cancelled:
        open_pieces = sum((exact(row[5]) for row in lines), Decimal(0))
        if status.strip() != VOID or exact(open_amount) or open_pieces:
            yield f"{sono} is cancelled in the shop; status {status!r}, {open_amount} and {open_pieces} pieces open"
        return
    found: Lines = Counter((row[1], exact(row[2]), exact(row[3])) for row in lines if row[1] not in SERVICES)
    if _plainly(found) != _plainly(said.lines):
        yield f"{sono} has the lines {_plainly(found)}, ordered was {_plainly(said.lines)}"
    total = sum((exact(row[4]) for row in lines), exact(tax))
    if total != Decimal(said.total):
        yield f"{sono} comes to {total}, the shop says {said.total}"
    if exact(open_amount) + exact(shipped) + exact(tax) != Decimal(said.total):
        yield f"{sono}: open {open_amount}, shipped {shipped} and tax {tax} are not {said.total}"
    if any(exact(row[5]) + exact(row[6]) != exact(row[2]) for row in lines):
        yield f"{sono}: what is open and what was shipped is not what was ordered"
    if street != said.street.strip():
        yield f"{sono} goes to {street!r}, the shop says {said.street!r}"


def _plainly(lines: Lines) -> list[str]:
    return sorted(f"{n} x {item} {quantity:f} at {price:f}" for (item, quantity, price), n in _normal(lines).items())


def _normal(lines: Lines) -> Lines:
    """12.00 and 12.0000 are the same price."""
    return Counter({(item, q.normalize(), p.normalize()): n for (item, q, p), n in lines.items()})


def _people(company: Reader, book: Mapping[str, Acknowledged], registered: set[str]) -> Iterator[Finding]:
    """Every customer of an order has one card, and every card is that of a customer who registered or bought."""
    cards: dict[str, str] = {row[0]: row[1] for row in company.rows("select extid, trim(custno) from tdcust")}
    of_orders = {row[0]: row[6] for row in company.rows(HEADERS)}
    for key, said in book.items():
        owner = said.customer_id or f"guest:{said.email.strip().lower()}"
        if key in of_orders and cards.get(owner) != of_orders[key]:
            yield Finding("wrong", key, f"is on the card {of_orders[key]}, that of {owner} is {cards.get(owner)}")
    wanted = registered | {said.customer_id or f"guest:{said.email.strip().lower()}" for said in book.values()}
    yield from (Finding(DOUBLED, key, "a card for nobody who was acknowledged") for key in cards.keys() - wanted)
    yield from (Finding(LOST, key, "registered in the shop, no card") for key in registered - cards.keys())


def _balances(company: Reader) -> Iterator[Finding]:
    """What a customer has on order is the sum of his open orders."""
    owing: dict[str, Decimal] = defaultdict(Decimal)
    for custno, amount in company.rows("select custno, ordamt from somast where sostat = ''"):
        owing[custno] += exact(amount)
    for custno, standing in company.rows("select custno, onorder from arcust"):
        if exact(standing) != owing[custno]:
            yield Finding("wrong", custno, f"has {standing} on order, the open orders come to {owing[custno]}")
