"""System tables (counters, company record, rule lists, periods) and the ledger's batches."""

from __future__ import annotations

from tandem.gateway.company.spec import AUDIT, char, chars, days, memo, money, table, whole

SYSDATA = table(
    "sysdata",
    "system rows and next-number counters",
    char("sysid", 12),
    whole("int1 int2 int3"),
    char("pass2", 10),
    char("drive", 90),
    must="int1 pass2",
    key="sysid",
    indexes=("sysid",),
    system=True,
)

SOSYSD = table(
    "sosysd",
    "mirror of the order counter",
    char("sysid", 12),
    whole("int1 int2 int3"),
    char("pass2", 10),
    must="int1 pass2",
    key="sysid",
    indexes=("sysid",),
)

ICSYSD = table(
    "icsysd",
    "mirror of the stock counter",
    char("sysid", 12),
    whole("int1 int2 int3"),
    char("pass2", 10),
    must="int1 pass2",
    key="sysid",
    indexes=("sysid",),
    mandatory=False,
)

ARSYSD = table(
    "arsysd",
    "mirror of the invoice counter: inferred from SOSYSD and ICSYSD",
    char("sysid", 12),
    whole("int1 int2 int3"),
    char("pass2", 10),
    must="int1 pass2",
    key="sysid",
    indexes=("sysid",),
    mandatory=False,
)

SYCCOMP = table(
    "syccomp",
    "company record",
    char("compid", 10),
    char("compname", 35),
    chars(3, "currid usdcurr"),
    must="currid",
    key="compid",
    unique=("compid",),
    system=True,
)

SYCRLST = table(
    "sycrlst",
    "rule lists",
    char("compid", 10),
    char("ruleid", 10),
    char("chrvl", 20),
    char("descrip", 60),
    must="chrvl descrip",
    key="compid ruleid",
    unique=("compid ruleid chrvl",),
    mandatory=False,
    system=True,
)

SYCDFIS = table(
    "sycdfis",
    "fiscal period definition",
    char("compid", 10),
    char("fisyr", 4),
    char("period", 2),
    days("begdate enddate"),
    char("closed", 1),
    unique=("compid fisyr period",),
    mandatory=False,
    system=True,
)

GLACNT = table(
    "glacnt",
    "chart of accounts",
    char("glacnt", 24),
    char("gldesc", 35),
    must="gldesc",
    key="glacnt",
    unique=("glacnt",),
    mandatory=False,
)

GLBTCH = table(
    "glbtch",
    "ledger batch",
    char("glbatch", 10),
    char("descrip", 35),
    char("applid", 2),
    days("batdate"),
    money("debits credits"),
    char("batstat", 1),
    AUDIT,
    key="glbatch",
    unique=("glbatch",),
    mandatory=False,
)

GLHUNP = table(
    "glhunp",
    "unposted ledger entry, header",
    char("glbatch", 10),
    char("entryno", 10),
    days("trandte"),
    char("descrip", 35),
    char("refno", 20),
    char("fisyr", 4),
    char("period", 2),
    char("posted", 1),
    AUDIT,
    key="glbatch entryno",
    unique=("glbatch entryno",),
    mandatory=False,
    updated=True,
)

GLDUNP = table(
    "gldunp",
    "unposted ledger entry, detail",
    char("glbatch", 10),
    char("entryno", 10),
    whole("tranlineno", "lineno"),
    char("glacnt", 24),
    money("amount"),
    char("descrip", 35),
    memo("notes"),
    key="glbatch entryno tranlineno",
    unique=("glbatch entryno tranlineno",),
    mandatory=False,
)

TABLES = (SYSDATA, SOSYSD, ICSYSD, ARSYSD, SYCCOMP, SYCRLST, SYCDFIS, GLACNT, GLBTCH, GLHUNP, GLDUNP)
