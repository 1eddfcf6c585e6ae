"""Tandem's companion tables: what Sage Pro has no column for, written in the same transaction as the document."""

from __future__ import annotations

from tandem.gateway.company import tables_finance
from tandem.gateway.company.spec import char as sage
from tandem.gateway.company.spec import days, exact, money, number, table, whole, wide

TDORDER = table(
    "tdorder",
    "order number by the shop's order id",
    number("sono"),
    wide("extid", 64),
    wide("extnumber", 64),
    wide("contact", 80),
    wide("recorded", 32),
    key="sono",
    unique=("sono", "extid"),
    companion=True,
)

TDLINE = table(
    "tdline",
    "the shop's line and its tax by order line",
    number("sono"),
    whole("tranlineno"),
    wide("lineref", 64),
    money("taxamt"),
    must="lineref taxamt",
    key="sono tranlineno",
    unique=("sono tranlineno",),
    companion=True,
)

TDADDR = table(
    "tdaddr",
    "the bill-to that came with an order",
    number("sono"),
    *(wide(name, 80) for name in ("company", "contact", "address1", "address2", "address3", "city")),
    *(wide(name, 40) for name in ("addrstate", "zip", "country", "phone")),
    wide("email", 254),
    key="sono",
    unique=("sono",),
    companion=True,
)

TDCUST = table(
    "tdcust",
    "customer number by the shop's customer id; several ids may name one customer",
    wide("extid", 255),
    sage("custno", 10),
    wide("recorded", 32),
    key="extid",
    unique=("extid",),
    indexes=("custno",),
    companion=True,
)

TDPROF = table(
    "tdprof",
    "what Sage Pro keeps no column for on a customer",
    sage("custno", 10),
    wide("exemptcode", 64),
    key="custno",
    unique=("custno",),
    companion=True,
)

TDIDEM = table(
    "tdidem",
    "idempotency keys and the answers they got",
    wide("caller", 64),
    wide("idemkey", 255),
    wide("route", 120),
    wide("digest", 64),
    whole("status"),
    wide("etag", 80),
    wide("body", 0),
    wide("recorded", 32),
    key="caller idemkey",
    unique=("caller idemkey",),
    indexes=("recorded",),
    companion=True,
)

TDHIST = table(
    "tdhist",
    "records before and after a change",
    wide("histid", 36),
    wide("tablename", 10),
    wide("recordkey", 64),
    wide("recorded", 32),
    wide("who", 64),
    wide("before", 0),
    wide("after", 0),
    key="histid",
    unique=("histid",),
    indexes=("tablename recordkey recorded",),
    companion=True,
)

TDSTOCK = table(
    "tdstock",
    "why a quantity was adjusted through the gateway, by the number of its movement",
    number("ttranno"),
    sage("item", 25),
    sage("loctid", 6),
    exact("quantity", 13, 4),
    wide("reason", 80),
    wide("reference", 64),
    wide("recorded", 32),
    key="ttranno",
    indexes=("item loctid", "reference"),
    companion=True,
)

TDSTAGE = table(
    "tdstage",
    "orders on their way into a company without transactions, with their control totals",
    wide("stageid", 36),
    number("sono"),
    wide("extid", 64),
    sage("custno", 10),
    wide("state", 12),
    whole("lines"),
    exact("quantity", 18, 4),
    money("amount"),
    wide("digest", 64),
    wide("plan", 0),
    wide("recorded", 32),
    key="stageid",
    unique=("stageid",),
    indexes=("state", "extid"),
    mandatory=False,
    companion=True,
)

TDPRICE = table(
    "tdprice",
    "prices of items by price list and currency from a day on",
    sage("item", 25),
    sage("pricecode", 3),
    sage("currid", 3),
    days("effdate"),
    money("price", scale=4),
    wide("recorded", 32),
    must="effdate price",
    key="item pricecode currid effdate",
    unique=("item pricecode currid effdate",),
    indexes=("effdate",),
    mandatory=False,
    companion=True,
)

TDSTATE = table(
    "tdstate",
    "which state of the caller's record was written last, where the caller counts or stamps its states",
    wide("resource", 16),
    wide("extid", 255),
    wide("version", 255),
    wide("recorded", 32),
    must="version recorded",
    key="resource extid",
    unique=("resource extid",),
    mandatory=False,
    companion=True,
)

TABLES = (
    TDORDER,
    TDLINE,
    TDADDR,
    TDCUST,
    TDPROF,
    TDIDEM,
    TDHIST,
    TDSTOCK,
    TDSTAGE,
    TDPRICE,
    TDSTATE,
    *tables_finance.TABLES,
)
