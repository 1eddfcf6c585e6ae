"""Between ARCUST's columns and the customer on the wire: only what is named here ever leaves the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from tandem.gateway import etag
from tandem.gateway.company.rows import Row
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.models import AddressOut, Customer, CustomerIn, ShipTo

POSTAL = {
    "address1": "address1",
    "address2": "address2",
    "address3": "address3",
    "city": "city",
    "addrstate": "state",
    "zip": "postal_code",
    "country": "country",
}
"""Columns of an address and their members on the wire."""

_WIRE = {"addrstate": "State", "zip": "PostalCode", "credlimit": "CreditLimit", "cstmemo": "Notes"}
_TERMS = {"pterms": "PaymentTerms", "currency": "Currency", "pricecode": "PriceCode", "terr": "Territory"}
FIELDS: Mapping[str, str] = {
    "custno": "CustomerNo",
    "company": "Company",
    "contact": "Contact",
    "email": "Email",
    "phone": "Phone",
    **{column: f"Address.{_WIRE.get(column, column.capitalize())}" for column in POSTAL},
    **_TERMS,
    "salesmn": "SalesPerson",
    "credlimit": "CreditLimit",
    "cstmemo": "Notes",
}
"""Columns and the members that a caller knows them by."""

COLUMNS = f"{' '.join(FIELDS)} balance onorder lckstat"
SHIP_TO_COLUMNS = f"custno cshipno defaship company contact phone email {' '.join(POSTAL)}"


def contact_columns(customer: CustomerIn) -> Row:
    """What a customer may change about itself: name, contact and address."""
    address = customer.address
    texts = {
        "company": customer.company,
        "contact": customer.contact or address.contact,
        "email": customer.email or address.email,
        "phone": customer.phone or address.phone,
        **{column: getattr(address, member) for column, member in POSTAL.items()},
    }
    return {column: text.strip() for column, text in texts.items()}


def first_columns(customer: CustomerIn) -> Row:
    """What is taken when the customer is entered and is the bookkeeper's from then on."""
    return {
        "pterms": customer.payment_terms,
        "currency": customer.currency,
        "pricecode": customer.price_code,
        "terr": customer.territory,
        "salesmn": customer.sales_person,
        "credlimit": customer.credit_limit or 0,
        "cstmemo": customer.notes,
    }


def address_out(row: Row) -> AddressOut:
    """The address of a row of ARCUST or ARCADR."""
    return AddressOut(
        company=row["company"],
        contact=row["contact"],
        phone=row["phone"],
        email=row["email"],
        **{member: row[column] for column, member in POSTAL.items()},
    )


def _ship_to(row: Row) -> ShipTo:
    return ShipTo(**address_out(row).model_dump(), ship_to_no=row["cshipno"], default=row["defaship"] == "Y")


def customer_out(
    row: Row,
    *,
    external: Sequence[str],
    exempt: str,
    ship_tos: Sequence[Row],
    custom: Mapping[str, str],
    zone: ZoneInfo,
) -> Customer:
    """The customer on the wire."""
    made = Customer(
        e_tag="",
        customer_no=row["custno"],
        external_customer_id=external[0] if external else None,
        external_customer_ids=list(external),
        company=row["company"],
        contact=row["contact"],
        email=row["email"],
        phone=row["phone"],
        address=address_out(row),
        payment_terms=row["pterms"],
        currency=row["currency"],
        tax_exempt_code=exempt,
        price_code=row["pricecode"],
        territory=row["terr"],
        sales_person=row["salesmn"],
        credit_limit=row["credlimit"],
        notes=row["cstmemo"],
        custom_fields=dict(custom),
        balance=row["balance"],
        on_order=row["onorder"],
        ship_tos=[_ship_to(row) for row in ship_tos],
        updated_at=moment_of_text(row["updated"], zone),
    )
    return etag.seal(made)
