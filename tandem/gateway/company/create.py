"""The embedded company: Sage Pro's tables in one SQLite file, with what a company has on its first day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, Engine, Index, Table, inspect
from sqlalchemy.engine import make_url

from tandem.errors import CompanyError
from tandem.gateway.company import chart
from tandem.gateway.company.catalogue import COMPANIONS
from tandem.gateway.company.company import Policy
from tandem.gateway.company.engine import WRITE_OPTION, open_engine
from tandem.gateway.company.expressions import email_key, updated
from tandem.gateway.company.layout import Layout
from tandem.gateway.company.rows import insert_all
from tandem.gateway.company.stamps import Stamp
from tandem.gateway.company.tables import Tables
from tandem.values import utc_now

LOCATIONS = {"MAIN": "Main warehouse", "EAST": "East warehouse"}
SERVICES = {
    "FREIGHT": "Freight and shipping",
    "TIP": "Tip",
    "DUTY": "Import duty",
    "SURCHARGE": "Surcharge",
    "GIFTWRAP": "Gift wrapping",
    "ROUNDING": "Rounding difference",
    "GIFTCARD": "Gift card sold",
}
RULES = (
    ("ORDRSTAT", "C", "Closed"),
    ("ORDRSTAT", "V", "Void"),
    ("ORDRSTAT", "X", "Cancelled"),
    ("SLSPERS", "WEB", "Web shop"),
    ("COMCODE", "NONE", "No commission"),
)


def create_company(
    address: str,
    policy: Policy,
    *,
    currency: str = "USD",
    last_order: int = 1000,
    layout: Layout | None = None,
    now: datetime | None = None,
) -> None:
    """Make the embedded company at a SQLite address, whole or not at all.

    Raises:
        CompanyError: the address is not SQLite's, or a company is there already; it is left as it is.
    """
    engine = open_engine(_sqlite_address(address), new=True)
    try:
        _create(engine, Tables(layout or Layout.standard()), policy, currency, last_order, now or utc_now())
    finally:
        engine.dispose()


def create_on(engine: Engine, policy: Policy, *, layout: Layout | None = None, currency: str = "USD") -> None:
    """Make the embedded company behind an engine that is open already, such as one in memory.

    Raises:
        CompanyError: a company is there already.
    """
    _create(engine, Tables(layout or Layout.standard()), policy, currency, 1000, utc_now())


def _sqlite_address(address: str) -> str:
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        raise CompanyError(
            "only the embedded SQLite company can be created; a company on SQL Server is created by Sage Pro"
        )
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return address


def _create(engine: Engine, tables: Tables, policy: Policy, currency: str, last_order: int, now: datetime) -> None:
    with engine.execution_options(**{WRITE_OPTION: True}).begin() as connection:
        if inspect(connection).has_table(tables.somast.name):
            raise CompanyError(f"{engine.url.database} holds a company already; it was left as it is")
        tables.metadata.create_all(connection, tables=tables.every())
        for index in list_indexes(tables):
            index.create(connection)
        _seed(connection, tables, policy, currency, last_order, Stamp.at(now, policy.zone, policy.user))


def list_indexes(tables: Tables) -> list[Index]:
    """Indexes over the moment of change, by which lists are read, and over the e-mail address of customers."""
    made = [Index("tdarcust_email", email_key(tables.arcust))]
    for name, shape in tables.layout.tables.items():
        if shape.spec.updated:
            table: Table = getattr(tables, name)
            made.append(Index(f"td{name}_updated", updated(table), *(table.c[key] for key in shape.spec.key)))
    return made


def prepare_company(address: str) -> list[str]:
    """Add the companion tables that a company lacks; gives their names, Sage Pro's own tables stay as they are."""
    engine = open_engine(address)
    tables = Tables(Layout.standard())
    try:
        with engine.execution_options(**{WRITE_OPTION: True}).begin() as connection:
            inspector = inspect(connection)
            missing = [spec.name for spec in COMPANIONS if not inspector.has_table(spec.name)]
            tables.metadata.create_all(connection, tables=[getattr(tables, name) for name in missing])
            for index in list_indexes(tables):
                if index.table is not None and index.table.name in missing:
                    index.create(connection)
            return missing
    finally:
        engine.dispose()


def _seed(connection: Connection, tables: Tables, policy: Policy, currency: str, last_order: int, stamp: Stamp) -> None:
    def add(table: Table, *rows: Mapping[str, object]) -> None:
        insert_all(connection, table, rows)

    counters = {"SO": last_order, "IC": 0, "GL": 0, "AR": 0}
    add(tables.sysdata, *({"sysid": f"{module}{policy.company}", "int1": n} for module, n in counters.items()))
    add(tables.sosysd, {"sysid": f"SO{policy.company}", "int1": last_order})
    add(tables.icsysd, {"sysid": f"IC{policy.company}", "int1": 0})
    add(tables.arsysd, {"sysid": f"AR{policy.company}", "int1": 0})
    add(tables.glacnt, *chart.accounts())
    add(tables.sycdfis, *chart.periods(policy.company, stamp.day))
    add(tables.syccomp, {"compid": policy.company, "currid": currency, "usdcurr": currency})
    add(
        tables.sycrlst,
        *({"compid": policy.company, "ruleid": rule, "chrvl": value, "descrip": text} for rule, value, text in RULES),
    )
    add(tables.icloct, *({"loctid": loc, "locdesc": text, **stamp.added()} for loc, text in LOCATIONS.items()))
    add(
        tables.icitem,
        *(
            {
                "item": item,
                "itmdesc": text,
                "itmclss": "SERV",
                "stkcode": "N",
                "stkumid": "EA",
                "sunmsid": "EA",
                "punmsid": "EA",
                "sumfact": Decimal(1),
                "pumfact": Decimal(1),
                **stamp.added(),
            }
            for item, text in SERVICES.items()
        ),
    )
