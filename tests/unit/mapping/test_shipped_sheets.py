"""The sheets that Tandem brings along, over whole records of both systems."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from tandem.entities.customer import Customer
from tandem.entities.order import Order, OrderDocument
from tandem.entities.product import Product
from tandem.entities.shipment import Fulfilment, Shipment, ShopOrder
from tandem.entities.state import Fault
from tandem.entities.stock import Stock
from tandem.gateway.models import CustomerIn
from tandem.gateway.models.order import SalesOrderIn, SalesOrderUpdate
from tandem.mapping import Finding, Mapped, Workbook
from tandem.rules import PLANS, Circumstances
from tandem.sandbox.shop.fulfilments import Fulfilment as FulfilmentForm
from tandem.values import dumps, loads

from . import making

CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture(scope="module")
def understand(workbook: Workbook):
    def run(**changes: Any) -> Mapped:
        return workbook.apply("order", "from_clarity", making.order(**changes), zone=CHICAGO)

    return run


def model(mapped: Mapped, kind: type[BaseModel] = Order) -> Any:
    assert mapped.faults == []
    return kind.model_validate(mapped.value)


def written(workbook: Workbook, **changes: Any) -> Mapped:
    """The payload of an order that goes through."""
    order = model(workbook.apply("order", "from_clarity", making.order(**changes), zone=CHICAGO))
    document = PLANS["order"](order, Circumstances(policy=workbook.decide("order", order.model_dump())))
    assert isinstance(document, OrderDocument), document
    return workbook.apply("order", "to_sagepro", document.model_dump(), links={"customer": "SMITH01"})


def fault_of(mapped: Mapped) -> Finding:
    (fault,) = mapped.faults
    return fault


# From the shop


def test_an_ordinary_order_goes_over_with_every_digit(workbook: Workbook, understand: Any):
    order = model(understand())
    assert order.total == Decimal("32.13")
    assert order.lines[0].tax == Decimal("2.13")
    assert order.ship_to.region == "CA"
    assert order.ship_to.original["region"] == "California"
    payload = written(workbook)
    assert payload.faults == []
    accepted = SalesOrderIn.model_validate(payload.value)
    assert accepted.total_amount == Decimal("32.13")
    assert [item.item_code for item in accepted.line_items] == ["ABC-1", "FREIGHT"]
    assert payload.value["ShipToAddress"]["State"] == "CA"
    assert "Cancel" not in payload.value
    assert loads(dumps(payload.value)) == payload.value


def test_case_032_a_date_time_without_offset_is_read_in_the_connections_zone(workbook: Workbook, understand: Any):
    assert model(understand()).placed_at == datetime(2026, 3, 2, 16, 11, 12, tzinfo=UTC)
    offset = model(understand(orderDate="2026-03-02T10:11:12+01:00"))
    assert offset.placed_at == datetime(2026, 3, 2, 9, 11, 12, tzinfo=UTC)
    faults = workbook.apply("order", "from_clarity", making.order(), zone=None).faults
    assert {(fault.field, fault.kind, fault.fault) for fault in faults} == {
        ("orderDate", "zone", Fault.CONFIGURATION),
        ("updatedDate", "zone", Fault.CONFIGURATION),
    }
    assert "set TANDEM_CLARITY_ZONE" in faults[0].message
    assert fault_of(understand(cancelledAt="soon")).message.startswith("'soon' is no date-time")


def test_case_034_new_fields_are_noted_and_missing_ones_named(understand: Any):
    new = understand(loyaltyPoints=7, lineItems=[making.line(colour="red"), making.line(2, colour="blue")])
    assert [line.source for line in new.happened("unmapped")] == ["lineItems[].colour", "loyaltyPoints"]
    assert model(new).lines[1].sku == "ABC-2"

    record = making.order()
    for optional in ("note", "source", "purchaseOrderNo", "fees", "tags", "shopCurrency", "billingAddress"):
        del record[optional]
    assert model(understand(**dict.fromkeys(making.order().keys() - record.keys(), None))).shop_currency == "USD"

    for name in ("orderId", "status", "currency", "totalAmount", "lineItems"):
        fault = next(fault for fault in understand(**{name: None}).faults if name in fault.field)
        assert fault.message.startswith("is missing; ")
    broken = making.line(2)
    del broken["sku"]
    fault = fault_of(understand(lineItems=[making.line(), broken]))
    assert (fault.field, fault.kind) == ("lineItems[1].sku", "missing")
    assert fault.message == "is missing; lines[1].sku needs it"


def test_case_113_one_guest_is_one_customer(workbook: Workbook):
    keys = set()
    for email in ("Ann@X.com ", "ann@x.com"):
        record = making.order(customerId=None, email=email)
        order = model(workbook.apply("order", "from_clarity", record, zone=CHICAGO))
        guest = model(workbook.apply("customer", "from_clarity_order", record, zone=CHICAGO), Customer)
        assert order.customer_key == guest.customer_id
        assert guest.guest
        keys.add(order.customer_key)
    assert keys == {"guest:ann@x.com"}
    registered = workbook.apply("customer", "from_clarity_order", making.order(), zone=CHICAGO)
    assert model(registered, Customer).guest is False
    faults = workbook.apply("order", "from_clarity", making.order(customerId=None, email=""), zone=CHICAGO).faults
    assert [fault.field for fault in faults] == ["customerId or email"]


def test_case_120_a_postcode_is_needed_where_the_country_needs_one(understand: Any):
    hong_kong = making.address(country="Hong Kong", region="Kowloon", postalCode="", city="Mong Kok")
    assert model(understand(shippingAddress=hong_kong)).ship_to.country == "HK"
    dubai = making.address(country="AE", region="", postalCode=None, city="Dubai")
    assert model(understand(shippingAddress=dubai)).ship_to.postcode == ""
    fault = fault_of(understand(shippingAddress=making.address(postalCode="")))
    assert (fault.field, fault.kind) == ("shippingAddress.postalCode", "address")
    assert fault.message == "is missing; US addresses need one, such as 95014"


def test_an_unknown_state_or_country_names_field_and_what_would_be_right(understand: Any):
    fault = fault_of(understand(shippingAddress=making.address(region="Califronia")))
    assert fault.field == "shippingAddress.region"
    assert "did you mean 'California'" in fault.message
    fault = fault_of(understand(shippingAddress=making.address(country="Grmany")))
    assert (fault.field, fault.message) == (
        "shippingAddress.country",
        "'Grmany' is no known country; did you mean Germany?",
    )


def test_a_doubtful_address_is_noted_with_the_shops_field(understand: Any):
    mapped = understand(billingAddress=making.address(postalCode="10001"))
    (line,) = mapped.happened("doubtful")
    assert (line.target, line.source) == ("bill_to.region", "billingAddress.region")
    assert line.note == "postcode 10001 belongs to NY (New York)"
    assert mapped.faults == []


def test_a_part_of_an_address_that_is_no_text_is_a_fault(understand: Any):
    (fault, *_more) = understand(shippingAddress=making.address(city=["Los Angeles"])).faults
    assert (fault.field, fault.kind) == ("shippingAddress.city", "type")
    assert model(understand(shippingAddress=making.address(postalCode=90001))).ship_to.original["postalCode"] == "90001"


def test_an_order_without_its_own_address_takes_the_other(understand: Any):
    assert model(understand(shippingAddress=None)).ship_to.line1 == "1 Main St"
    assert model(understand(billingAddress={})).bill_to.line1 == "1 Main St"
    assert fault_of(understand(shippingAddress={}, billingAddress=None)).field == "shippingAddress or billingAddress"


def test_case_154_both_instants_of_the_doubled_hour(understand: Any):
    first = model(understand(orderDate="2025-11-02T06:30:00Z"))
    second = model(understand(orderDate="2025-11-02T07:30:00Z"))
    assert first.placed_at < second.placed_at
    assert {order.placed_at.astimezone(CHICAGO).strftime("%H:%M") for order in (first, second)} == {"01:30"}
    assert {order.business_date for order in (first, second)} == {"2025-11-02"}
    assert model(understand(orderDate="2025-11-02T01:30:00")).placed_at == datetime(2025, 11, 2, 6, 30, tzinfo=UTC)
    assert model(understand(orderDate="2025-03-09T02:30:00")).business_date == "2025-03-09"


def test_case_160_the_order_date_is_that_of_the_order(workbook: Workbook):
    payload = written(workbook, orderDate="2026-02-27T22:00:00", updatedDate="2026-03-02T09:00:00")
    assert payload.value["OrderDate"] == "2026-02-27"


def test_units_and_packs(understand: Any):
    packed = model(understand(lineItems=[making.line(unit="Case of 12"), making.line(2, unit=None)]))
    assert [line.pack for line in packed.lines] == [12, 1]
    fault = fault_of(understand(lineItems=[making.line(), making.line(2, unit="crate of 7")]))
    assert (fault.field, fault.kind) == ("lineItems[1].unit", "unmapped")


def test_shipping_and_fees_are_charges_of_their_kind(understand: Any):
    fees = [{"kind": "tip", "title": "Tip", "amount": Decimal("1.00"), "taxAmount": 0}]
    charges = model(understand(fees=fees)).charges
    assert [(charge.kind, charge.amount, charge.method) for charge in charges] == [
        ("shipping", Decimal("5.00"), "ground"),
        ("tip", Decimal("1.00"), ""),
    ]
    fault = fault_of(understand(fees=[{"kind": "tip"}]))
    assert (fault.field, fault.message) == ("fees[0].amount", "is missing; charges[1].amount needs it")


def test_custom_fields_are_text(understand: Any):
    assert model(understand(customFields={"giftNote": 7})).custom == {"gift_note": "7"}


# To Sage Pro


def test_case_124_a_long_name_is_cut_with_a_warning_and_goes_on(workbook: Workbook):
    record = making.customer(company="Acme Industrial Components Europe B.V. i.o.", firstName="", lastName="")
    customer = model(workbook.apply("customer", "from_clarity", record, zone=CHICAGO), Customer)
    mapped = workbook.apply("customer", "to_sagepro", customer.model_dump())
    assert mapped.value["Company"] == "Acme Industrial Components Europe B"
    assert mapped.value["Contact"] == "Acme Industrial Components Eur"
    (line, *_more) = mapped.happened("truncated")
    assert line.target == "Company"
    assert line.source == "company (company) or name (firstName, lastName or company or email or customerId)"


def test_case_123_three_lines_in_two_columns(workbook: Workbook):
    address = making.address(address1="Acme Ltd", address2="Dock 4, Unit 7, behind the tower", address3="1 Main Street")
    mapped = written(workbook, shippingAddress=address)
    ship_to = mapped.value["ShipToAddress"]
    assert (ship_to["Address1"], ship_to["Address2"]) == ("Acme Ltd, Dock 4, Unit 7, behind th", "1 Main Street")
    assert "Address3" not in ship_to
    assert [line.target for line in mapped.happened("truncated")] == ["ShipToAddress.Address1"]
    assert mapped.value["BillToAddress"]["Address1"] == "1 Main St"


def test_case_130_a_name_that_cannot_be_held_names_the_shops_field(workbook: Workbook):
    mapped = written(workbook, shippingAddress=making.address(company="東京商事"), note="Ring twice 🎁")
    fault = fault_of(mapped)
    assert fault.kind == "not-in-code-page"
    assert "shippingAddress.company" in fault.field
    assert mapped.value["Notes"] == "Ring twice [removed]"


def test_case_137_a_sku_is_never_cut(workbook: Workbook):
    fault = fault_of(written(workbook, lineItems=[making.line(sku="A-MUCH-TOO-LONG-SKU")]))
    assert (fault.field, fault.kind) == ("lines[0].sku", "too-long")


def test_case_134_a_sku_is_trimmed_and_in_capitals(workbook: Workbook):
    assert written(workbook, lineItems=[making.line(sku="abc-1 ")]).value["LineItems"][0]["ItemCode"] == "ABC-1"


def test_an_unmapped_payment_method_names_the_shops_field(workbook: Workbook):
    fault = fault_of(written(workbook, paymentInfo={"method": "klarna"}))
    assert fault.field == "order.payment_method (paymentInfo.method)"
    assert fault.kind == "unmapped"
    assert "'klarna' is not in lookup payment_terms" in fault.message


def test_terms_that_a_rule_decided_go_before_the_method(workbook: Workbook):
    mapped = written(workbook, customerGroup="wholesale", paymentInfo={"method": "klarna"})
    assert (mapped.value["PaymentTerms"], mapped.faults) == ("Net 30", [])
    assert "PaymentTerms" not in written(workbook, paymentInfo=None).value


def test_an_unmapped_charge_is_held(workbook: Workbook):
    fees = [{"kind": "moonTax", "title": "Moon", "amount": Decimal("1.00"), "taxAmount": 0}]
    fault = fault_of(written(workbook, fees=fees, totalAmount=Decimal("33.13"), feeTotal=Decimal("1.00")))
    assert "'moonTax' is not in lookup charges" in fault.message


def test_a_cancelled_order_says_so(workbook: Workbook):
    order = model(workbook.apply("order", "from_clarity", making.order(), zone=CHICAGO))
    document = PLANS["order"](order, Circumstances())
    assert isinstance(document, OrderDocument)
    cancelled = document.model_copy(update={"cancelled": True}).model_dump()
    mapped = workbook.apply("order", "to_sagepro", cancelled, links={"customer": "SMITH01"})
    assert SalesOrderUpdate.model_validate(mapped.value).cancel is True


def test_an_order_whose_customer_is_not_over_yet(workbook: Workbook):
    order = model(workbook.apply("order", "from_clarity", making.order(), zone=CHICAGO))
    document = PLANS["order"](order, Circumstances())
    assert isinstance(document, OrderDocument)
    fault = fault_of(workbook.apply("order", "to_sagepro", document.model_dump()))
    assert (fault.kind, fault.field) == ("unlinked", "order.customer_key (customerId or email)")


def test_a_customer_fits_the_gateway(workbook: Workbook):
    record = making.customer(group="wholesale", company="Acme", phone="+45 45 45 45 45 ext 7", paymentMethod="invoice")
    customer = model(workbook.apply("customer", "from_clarity", record, zone=CHICAGO), Customer)
    mapped = workbook.apply("customer", "to_sagepro", customer.model_dump())
    accepted = CustomerIn.model_validate(mapped.value)
    assert mapped.faults == []
    assert (accepted.company, accepted.contact, accepted.phone) == ("Acme", "Ann Smith", "+4545454545 ext 7")
    assert (accepted.price_code, accepted.payment_terms) == ("W", "Net 30")
    assert accepted.address.state == "CA"


def test_a_redacted_customer_can_still_be_understood(workbook: Workbook):
    record = making.customer(
        email="", firstName="", lastName="", isDeleted=True, billingAddress=dict.fromkeys(making.address(), "")
    )
    customer = model(workbook.apply("customer", "from_clarity", record, zone=CHICAGO), Customer)
    assert (customer.name, customer.deleted, customer.address.country) == ("c1", True, "")


# Shipments, products, stock


def test_a_shipment_becomes_a_fulfilment_with_tracking(workbook: Workbook):
    shipment = model(workbook.apply("shipment", "from_sagepro", making.shipment()), Shipment)
    shop = workbook.apply("shipment", "order_from_clarity", making.order(), zone=CHICAGO)
    assert ShopOrder.model_validate(shop.value).lines[0].tax == Decimal("2.13")
    document = PLANS["shipment"](shipment, Circumstances(companions={"order": shop.value}))
    assert isinstance(document, Fulfilment)
    mapped = workbook.apply("shipment", "to_clarity", document.model_dump())
    assert FulfilmentForm.model_validate(mapped.value).external_key == "S1"
    assert mapped.value["tracking"] == [
        {"company": "UPS", "number": "1Z 999", "url": "https://www.ups.com/track?tracknum=1Z%20999"}
    ]
    assert mapped.value["lines"] == [{"lineId": "1", "quantity": Decimal("2.0000"), "taxAmount": Decimal("2.13")}]


def test_a_shipment_without_tracking_or_with_an_unknown_carrier(workbook: Workbook):
    def told(**changes: Any) -> Any:
        shipment = model(workbook.apply("shipment", "from_sagepro", making.shipment(**changes)), Shipment)
        document = Fulfilment(shipment=shipment, lines=(), cancelled=True)
        return workbook.apply("shipment", "to_clarity", document.model_dump()).value

    assert told(TrackingNo="")["tracking"] == []
    assert told(ShipVia="PIGEON")["tracking"] == [{"company": "PIGEON", "number": "1Z 999", "url": ""}]
    assert told()["cancelled"] is True
    assert told(ExternalOrderId=None)["externalKey"] == "S1"


def test_what_the_shop_was_told_before(workbook: Workbook):
    told = {
        "fulfillmentId": "f1",
        "externalKey": "S1",
        "status": "cancelled",
        "lines": [{"lineId": "1", "quantity": 1}],
    }
    mapped = workbook.apply("shipment", "order_from_clarity", making.order(fulfillments=[told]), zone=CHICAGO)
    (fulfilment,) = ShopOrder.model_validate(mapped.value).fulfilments
    assert (fulfilment.reference, fulfilment.cancelled, fulfilment.lines[0].quantity) == ("S1", True, 1)


def test_products_and_stock_are_read(workbook: Workbook):
    product = {
        "ItemCode": "ABC-1 ", "Description": "Thing", "Description2": "", "Class": "X", "ProductLine": "",
        "Stocked": True, "Status": "", "Price": "12.5000", "Currency": "USD", "Prices": [],
        "LastCost": "1.0000", "AverageCost": "2.0000",
        "StandardCost": "3.0000", "StockUnit": "EA", "SalesUnit": "", "SalesFactor": "1", "OnHand": "5.0000",
        "UpdatedAt": "2026-03-02T10:00:00Z", "ETag": "x",
    }  # fmt: skip
    mapped = workbook.apply("product", "from_sagepro", product)
    assert model(mapped, Product) == Product(
        sku="ABC-1", name="Thing", price=Decimal("12.5000"), currency="USD", product_class="X",
        updated_at="2026-03-02T10:00:00Z",
    )  # fmt: skip
    assert mapped.happened("unmapped") == []
    stock = {
        "Key": "ABC-1|MAIN", "ItemCode": "ABC-1", "Location": "MAIN", "OnHand": "5.0000", "Allocated": "0",
        "OnOrder": "0", "OpenSales": "2", "Available": "5.0000", "AvailableComputed": "3.0000",
        "UpdatedAt": None, "ETag": "x",
    }  # fmt: skip
    assert model(workbook.apply("stock", "from_sagepro", stock), Stock).on_hand == Decimal("5.0000")
