"""Invoices, cash applied and their distribution to the ledger; the gateway enters rows, Sage Pro posts them.

The twins in base currency but for `bbal` are inferred from those of SOMAST and SOTRAN: written where a site has them.
"""

from __future__ import annotations

from tandem.gateway.company.spec import (
    AUDIT,
    char,
    chars,
    days,
    exact,
    history,
    memo,
    money,
    number,
    table,
    whole,
)
from tandem.gateway.company.tables_ar import TERMS

_HISTORY_FLAG = char("currhist", 1, "current")

ARMAST = table(
    "armast",
    "invoice header",
    number("invno"),
    char("custno", 10),
    days("invdte"),
    chars(1, "artype arstat"),
    number("ornum"),
    char("ponum", 20),
    char("refno", 20),
    money("invamt paidamt balance bbal binvamt bpaidamt"),
    TERMS,
    exact("disc", 7, 3),
    money("tax btax"),
    exact("taxrate", 7, 3),
    char("glarec", 3),
    char("salesmn", 4),
    char("terr", 3),
    char("loctid", 6),
    chars(12, "shipvia fob"),
    char("currid", 3),
    exact("exchrat", 14, 8),
    char("tosw", 1),
    memo("notes"),
    _HISTORY_FLAG,
    AUDIT,
    must="custno invdte artype arstat ornum invamt paidamt balance",
    key="invno",
    unique=("invno",),
    indexes=("ornum", "custno"),
    mandatory=False,
    updated=True,
)

ARTRAN = table(
    "artran",
    "invoice line",
    number("invno"),
    whole("tranlineno", "lineno"),
    char("transeq", 4, "seq"),
    char("custno", 10),
    char("item", 25),
    char("descrip", 120),
    number("sono"),
    char("ponum", 20),
    exact("qtyord qtyshp tqtyshp", 13, 4),
    char("umeasur", 4),
    money("price cost bprice bcost", scale=4),
    exact("disc", 7, 3),
    money("extprice bextpri"),
    days("invdte paydate"),
    chars(1, "artype arstat"),
    char("loctid", 6),
    chars(20, "serial binno batch"),
    char("glsale", 3),
    char("salesmn", 4),
    char("terr", 3),
    char("currid", 3),
    exact("exchrat", 14, 8),
    _HISTORY_FLAG,
    AUDIT,
    must="custno item descrip sono qtyord qtyshp price disc extprice invdte artype arstat",
    key="invno tranlineno",
    unique=("invno tranlineno",),
    indexes=("sono",),
    mandatory=False,
)

ARCASH = table(
    "arcash",
    "cash applied",
    char("custno", 10),
    number("invno"),
    char("refno", 20),
    money("paidamt"),
    days("dtepaid"),
    char("currid", 3),
    _HISTORY_FLAG,
    AUDIT,
    must="paidamt dtepaid",
    key="custno invno refno",
    indexes=("invno", "custno"),
    mandatory=False,
)

ARDIST = table(
    "ardist",
    "receivables distribution to the ledger",
    char("glacnt", 24),
    number("tranno"),
    days("trandte"),
    money("amount"),
    char("arsess", 10),
    char("glbatch", 10),
    must="trandte amount arsess glbatch",
    key="glacnt tranno",
    indexes=("tranno",),
    mandatory=False,
)

ARGLAC = table(
    "arglac",
    "posting codes of receivables",
    char("scode", 3),
    char("icode", 3),
    char("descr", 35),
    char("activity", 10),
    chars(24, "incom costs lndisc"),
    key="scode icode",
    mandatory=False,
)

ARYMST = history("arymst", "invoice header, history", of=ARMAST)
ARYTRN = history("arytrn", "invoice line, history", of=ARTRAN)
ARYCSH = history("arycsh", "cash applied, history", of=ARCASH)

TABLES = (ARMAST, ARTRAN, ARCASH, ARDIST, ARGLAC, ARYMST, ARYTRN, ARYCSH)
