"""New addresses and names on an order that stands: its own copy is rewritten, the customer's ship-tos only added to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import Row, changed, insert_all
from tandem.gateway.orders import compose
from tandem.gateway.orders.addresses import columns_of
from tandem.gateway.orders.compose import Entry
from tandem.gateway.orders.differences import Difference
from tandem.gateway.orders.present import DELIVERY
from tandem.gateway.orders.shipto import ShipTos


def readdress(connection: Connection, company: Company, entry: Entry, found: Sequence[Difference]) -> Row:
    """Write the addresses that differ; gives what of it stands on the header."""
    if any(difference.field.startswith("BillToAddress") for difference in found):
        _bill_to(connection, company, entry)
    if any(difference.field.startswith("ShipToAddress") for difference in found):
        return _ship_to(connection, company, entry)
    return {}


def _bill_to(connection: Connection, company: Company, entry: Entry) -> None:
    table, address = company.tables.tdaddr, entry.order.bill_to_address
    if address is not None:
        connection.execute(delete(table).where(table.c.sono == entry.sono))
        insert_all(connection, table, [{"sono": entry.sono, **columns_of(address)}])


def _ship_to(connection: Connection, company: Company, entry: Entry) -> Row:
    ship_tos = ShipTos.read(connection, company, [(entry.order, entry.customer)])
    number = ship_tos.of(entry.order, entry.customer)["cshipno"]
    insert_all(connection, company.tables.arcadr, ship_tos.added)
    table = company.tables.soaddr
    row = {**compose.address(entry), "cshipno": number}
    own = (table.c.sono == entry.sono, table.c.adtype == DELIVERY)
    standing = {**columns_of(entry.order.ship_to_address), "cshipno": number, **entry.stamp.touched()}
    if connection.execute(update(table).where(*own).values(changed(table, standing))).rowcount == 0:
        insert_all(connection, table, [row])
    return {"cshipno": number}


def rename(connection: Connection, company: Company, entry: Entry) -> None:
    """Write the shop's own number and the person to receive the goods."""
    table = company.tables.tdorder
    values = {
        "extnumber": entry.order.external_order_number,
        "contact": entry.order.ship_to_address.contact.strip(),
    }
    connection.execute(update(table).where(table.c.sono == entry.sono).values(values))
