"""Companion tables of invoices, receipts and journals; a company without them takes none."""

from __future__ import annotations

from tandem.gateway.company.spec import char as sage
from tandem.gateway.company.spec import days, exact, flat, money, number, table, whole, wide

_STAMPS = flat((days("adddate"), sage("addtime", 8), days("lckdate"), sage("lcktime", 8)))
"""When it was entered and last added to, as the company's own tables tell it."""

TDINV = table(
    "tdinv",
    "invoice number by the caller's id, and what ARMAST has no column for",
    number("invno"),
    wide("extid", 64),
    number("sono"),
    wide("shipno", 20),
    number("applies"),
    wide("refno", 255),
    days("owndate"),
    wide("recorded", 32),
    key="invno",
    unique=("invno", "extid"),
    indexes=("sono", "applies"),
    mandatory=False,
    companion=True,
)

TDINVL = table(
    "tdinvl",
    "the caller's line, its order line and its tax by invoice line",
    number("invno"),
    whole("tranlineno"),
    wide("lineref", 64),
    whole("soline"),
    money("taxamt"),
    key="invno tranlineno",
    unique=("invno tranlineno",),
    mandatory=False,
    companion=True,
)

TDDIST = table(
    "tddist",
    "the lines of a distribution in the document's currency, with their kinds",
    number("tranno"),
    whole("tranlineno"),
    sage("glacnt", 24),
    wide("kind", 32),
    money("amount bamount"),
    key="tranno tranlineno",
    unique=("tranno tranlineno",),
    mandatory=False,
    companion=True,
)

TDRCPT = table(
    "tdrcpt",
    "receipts by the caller's id, with the whole reference",
    number("rcptno"),
    wide("extid", 64),
    sage("custno", 10),
    number("invno"),
    money("amount bamount"),
    days("rcptdate owndate"),
    sage("currid", 3),
    exact("exchrat", 14, 8),
    wide("refno", 255),
    sage("cashref", 20),
    wide("tender", 64),
    _STAMPS,
    wide("recorded", 32),
    key="rcptno",
    unique=("rcptno", "extid"),
    indexes=("invno", "custno"),
    mandatory=False,
    companion=True,
    updated=True,
)

TDAPPL = table(
    "tdappl",
    "applications of unapplied receipts to invoices, by the caller's id",
    number("applno"),
    wide("extid", 64),
    number("rcptno"),
    number("invno"),
    money("amount bamount"),
    days("appldate owndate"),
    wide("recorded", 32),
    key="applno",
    unique=("applno", "extid"),
    indexes=("rcptno", "invno"),
    mandatory=False,
    companion=True,
)

TDJRNL = table(
    "tdjrnl",
    "journals by the caller's id, with the whole reference",
    sage("glbatch", 10),
    sage("entryno", 10),
    wide("extid", 64),
    days("jrnldate owndate"),
    wide("descrip", 255),
    wide("refno", 255),
    wide("recorded", 32),
    _STAMPS,
    key="glbatch entryno",
    unique=("glbatch", "extid"),
    mandatory=False,
    companion=True,
    updated=True,
)

TABLES = (TDINV, TDINVL, TDDIST, TDRCPT, TDAPPL, TDJRNL)
