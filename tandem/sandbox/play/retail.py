"""The play of a file of real sales: each invoice a document of its own time.

Sales are orders. Returns, write-offs and bookkeeping entries are no sales: the shop shows them as what they are.
An invoice that sells and takes back at once is placed as it stands, for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tandem.sandbox.play.retail_cast import CURRENCY, address_of, is_service, sku_of
from tandem.sandbox.play.retail_file import Invoice, Line, Sort, invoices
from tandem.sandbox.play.script import Document, Fate, Kind

_ORDERS = frozenset({Sort.SALE, Sort.FREE, Sort.MIXED})
_EVENT = {Sort.RETURN: Kind.RETURN, Sort.WRITE_OFF: Kind.ADJUSTMENT, Sort.BOOKKEEPING: Kind.ADJUSTMENT}


def documents(path: Path) -> Iterator[Document]:
    """Each invoice of the file, in its order."""
    for invoice in invoices(path):
        yield _order(invoice) if invoice.sort in _ORDERS else _left_out(invoice)


def _order(invoice: Invoice) -> Document:
    buyer = invoice.customer or f"guest-{invoice.number}"
    address = address_of(buyer, invoice.country)
    mixed = invoice.sort is Sort.MIXED
    return Document(
        key=invoice.number,
        kind=Kind.ORDER,
        sort=invoice.sort.value,
        fate=Fate.REFUSED if mixed else Fate.SOLD,
        why="lines are sold and taken back on one invoice" if mixed else "",
        amount=invoice.amount,
        body={
            "orderId": invoice.number,
            "orderNumber": invoice.number,
            "orderDate": invoice.placed_at.isoformat(),
            "customerId": invoice.customer or None,
            "email": address["email"],
            "currency": CURRENCY,
            "lines": [_goods(line) for line in invoice.lines],
            "shippingAddress": address,
        },
    )


def _goods(line: Line) -> dict[str, Any]:
    return {
        "sku": line.code,
        "name": line.name,
        "quantity": line.quantity,
        "unitPrice": line.price,
        "requiresShipping": not is_service(sku_of(line.code)),
    }


def _left_out(invoice: Invoice) -> Document:
    kind = _EVENT[invoice.sort]
    return Document(
        key=invoice.number,
        kind=kind,
        sort=invoice.sort.value,
        fate=Fate.LEFT_OUT,
        why=f"a {invoice.sort.value} is no sale",
        amount=invoice.amount,
        body={
            f"{kind.value}Id": invoice.number,
            "customerId": invoice.customer or None,
            "date": invoice.placed_at.isoformat(),
            "reason": invoice.sort.value,
            "currency": CURRENCY,
            "totalAmount": invoice.amount,
            "lines": [
                {
                    "sku": line.code,
                    "name": line.name,
                    "quantity": line.quantity,
                    "unitPrice": line.price,
                    "lineTotal": line.amount,
                }
                for line in invoice.lines
            ],
        },
    )
