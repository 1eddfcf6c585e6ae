"""Customers and their ship-tos."""

from __future__ import annotations

from tandem.gateway.company.spec import (
    AUDIT,
    char,
    chars,
    days,
    exact,
    memo,
    money,
    table,
    whole,
)

POSTAL = (
    char("company", 35),
    *chars(35, "address1 address2 address3"),
    char("city", 20),
    char("addrstate", 10, "state"),
    char("zip", 10),
    char("country", 15),
    char("phone", 20),
)
TERMS = (char("pterms", 20), *exact("pdisc", 7, 3), *whole("pdays pnet"))
MUST_ADDRESS = "company address1 address2 city addrstate zip country phone email"
MUST_STAMPS = "adduser adddate addtime lckstat lckuser lckdate lcktime"

ARCUST = table(
    "arcust",
    "customer master",
    char("custno", 10),
    POSTAL,
    chars(30, "contact title"),
    chars(20, "phone2 faxno"),
    memo("email"),
    char("terr", 3),
    char("salesmn", 4),
    char("indust", 8),
    char("source", 15),
    char("code", 2),
    char("type", 8),
    TERMS,
    exact("disc tax", 7, 3),
    char("taxcode", 6),
    char("taxdist", 4),
    char("taxtbl", 10),
    chars(3, "pricecode currency gllink"),
    money("balance onorder"),
    money("credlimit", "limit"),
    chars(1, "credstat custstat history"),
    money("ptdsls ytdsls hibalance lastpay"),
    days("lsale ldate lpymt entered"),
    whole("pmtdays"),
    chars(24, "aracct sltxact fchgact"),
    char("comment", 65),
    memo("cstmemo"),
    AUDIT,
    must=f"{MUST_ADDRESS} contact pterms pdisc pdays pnet terr salesmn gllink balance onorder {MUST_STAMPS}",
    key="custno",
    unique=("custno",),
    indexes=("company",),
    updated=True,
)

ARCADR = table(
    "arcadr",
    "customer ship-to addresses",
    char("custno", 10),
    char("cshipno", 6),
    char("defaship", 1),
    POSTAL,
    chars(30, "contact title"),
    char("faxno", 20),
    memo("email"),
    char("terr", 3),
    char("salesmn", 4),
    char("code", 2),
    exact("tax disc", 7, 3),
    days("entered"),
    char("gllink", 3),
    char("comment", 65),
    char("taxdist", 4),
    char("taxtbl", 10),
    chars(12, "fob shipvia"),
    char("shipid", 15),
    AUDIT,
    must=f"defaship contact {MUST_ADDRESS} {MUST_STAMPS}",
    key="custno cshipno",
    unique=("custno cshipno",),
)

TABLES = (ARCUST, ARCADR)
