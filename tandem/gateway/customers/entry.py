"""Customers entered and changed; balances and statistics are Sage Pro's own and never touched."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from tandem.errors import CompanyError
from tandem.gateway import etag
from tandem.gateway.company.company import Company
from tandem.gateway.company.custom import custom_faults, custom_values
from tandem.gateway.company.faults import Conflict, Fault, Faulty, Locked
from tandem.gateway.company.rows import Row, changed, insert_all
from tandem.gateway.company.states import advance
from tandem.gateway.customers.customers import Customers
from tandem.gateway.customers.numbers import next_number
from tandem.gateway.customers.records import FIELDS, contact_columns, first_columns
from tandem.gateway.fitting import Fitting
from tandem.gateway.models import Customer, CustomerIn
from tandem.values import utc_now


class CustomerDesk:
    """Writes customers in the caller's transaction."""

    def __init__(self, company: Company, customers: Customers) -> None:
        self._company = company
        self._tables = company.tables
        self._customers = customers

    def create(self, connection: Connection, given: CustomerIn) -> Customer:
        """Enters a customer under the number given, or the next free one of its name.

        Raises:
            Faulty: something does not fit.
            Conflict: the number or the shop's id is another customer's.
            CompanyError: no number of the name is free.
        """
        row = {**contact_columns(given), **first_columns(given)}
        number = given.customer_no.strip().upper()
        self._check(given)
        if given.external_customer_id is not None:
            self._unlinked(connection, given.external_customer_id)
        if number:
            self._unused(connection, number)
        else:
            number = next_number(connection, self._tables, name=row["company"], contact=row["contact"])
        stamp = self._company.stamp()
        custom = custom_values(self._company, self._tables.arcust, given.custom_fields)
        row.update(custom, custno=number, entered=stamp.day, **stamp.added())
        row["currency"] = row["currency"] or self._currency(connection)
        insert_all(connection, self._tables.arcust, [row])
        self._profile(connection, number, given.tax_exempt_code)
        if given.external_customer_id is not None:
            self._link(connection, number, given.external_customer_id)
        return self._customers.get(connection, number)

    def update(
        self, connection: Connection, number: str, given: CustomerIn, if_match: str | None, version: str = ""
    ) -> Customer:
        """Replaces name, contact, address, tax exemption and custom fields; the rest is the bookkeeper's.

        Raises:
            NotFound: there is no such customer.
            PreconditionFailed: the customer is not the one that If-Match names.
            Locked: somebody has it open at Sage Pro's screens.
            Faulty: something does not fit.
            Conflict: the shop's id is another customer's, or a newer state of it was written before.
        """
        before = self._customers.row(connection, number, lock=True)
        custno = before["custno"]
        if if_match is not None:
            etag.require(if_match, self._customers.records(connection, [before])[0].e_tag)
        if before["lckstat"]:
            raise Locked(f"customer {custno} is in use at Sage Pro's screens")
        advance(connection, self._company, "customers", given.external_customer_id or "", version)
        row = contact_columns(given)
        self._check(given, custno)
        custom = custom_values(self._company, self._tables.arcust, given.custom_fields)
        different = {name: value for name, value in row.items() if value != before.get(name)}
        if different or custom:
            self._write(connection, custno, {**different, **custom})
        self._profile(connection, custno, given.tax_exempt_code)
        if given.external_customer_id is not None:
            self.link(connection, custno, given.external_customer_id)
        return self._customers.get(connection, custno)

    def link(self, connection: Connection, number: str, external_id: str) -> Customer:
        """Lets one more of the shop's ids stand for a customer.

        Raises:
            NotFound: there is no such customer.
            Conflict: the id is another customer's.
        """
        custno = self._customers.row(connection, number)["custno"]
        if self._owner(connection, external_id) != custno:
            self._unlinked(connection, external_id)
            self._link(connection, custno, external_id)
        return self._customers.get(connection, custno)

    def faults(self, given: CustomerIn, number: str = "") -> list[Fault]:
        """Everything that is wrong with a customer, as far as the customer alone shows it."""
        fitting, table = Fitting(), self._tables.arcust
        row = {**contact_columns(given), **({} if number else first_columns(given))}
        for column, value in row.items():
            if isinstance(value, str):
                fitting.text(FIELDS[column], table, column, value)
        if not row["company"]:
            fitting.add("Company", "arcust.company", "blank", "must not be empty")
        own = given.customer_no.strip().upper()
        if number and own not in ("", number.upper()):
            message = f"must be {number}, as in the path, or left out"
            fitting.add("CustomerNo", "arcust.custno", "other-record", message, given.customer_no)
        fitting.text("CustomerNo", table, "custno", own)
        fitting.number("CreditLimit", table, "credlimit", given.credit_limit)
        fitting.text("TaxExemptCode", self._tables.tdprof, "exemptcode", given.tax_exempt_code)
        fitting.faults.extend(custom_faults(self._company, table, given.custom_fields))
        return fitting.faults

    def _check(self, given: CustomerIn, number: str = "") -> None:
        faults = self.faults(given, number)
        if faults:
            raise Faulty(faults)

    def _write(self, connection: Connection, custno: str, values: Row) -> None:
        table = self._tables.arcust
        stamped = changed(table, {**values, **self._company.stamp().touched()})
        connection.execute(update(table).where(table.c.custno == custno).values(stamped))

    def _currency(self, connection: Connection) -> str:
        table = self._tables.syccomp
        company = self._company.policy.company
        currency: str | None = connection.scalars(select(table.c.currid).where(table.c.compid == company)).first()
        if not currency:
            raise CompanyError(f"syccomp has no row with compid {company} that names a currency")
        return currency

    def _profile(self, connection: Connection, custno: str, exempt: str) -> None:
        """Keeps the exemption code, for which Sage Pro has no column; blank leaves no row."""
        table = self._tables.tdprof
        found = connection.scalars(select(table.c.exemptcode).where(table.c.custno == custno)).one_or_none()
        if found is None and exempt:
            insert_all(connection, table, [{"custno": custno, "exemptcode": exempt}])
        elif found is not None and found != exempt:
            connection.execute(update(table).where(table.c.custno == custno).values(exemptcode=exempt))

    def _owner(self, connection: Connection, external_id: str) -> str | None:
        table = self._tables.tdcust
        owner: str | None = connection.scalars(select(table.c.custno).where(table.c.extid == external_id)).one_or_none()
        return owner

    def _unlinked(self, connection: Connection, external_id: str) -> None:
        owner = self._owner(connection, external_id)
        if owner is not None:
            detail = f"the shop's customer {external_id} is customer {owner} already"
            raise Conflict("duplicate-external-customer", detail, {"existing": {"CustomerNo": owner}})

    def _unused(self, connection: Connection, number: str) -> None:
        table = self._tables.arcust
        if connection.scalars(select(table.c.custno).where(table.c.custno == number)).first() is not None:
            raise Conflict(
                "duplicate-customer-number",
                f"customer number {number} is in use; leave CustomerNo out to be given the next free one",
                {"existing": {"CustomerNo": number}},
            )

    def _link(self, connection: Connection, custno: str, external_id: str) -> None:
        recorded = utc_now().isoformat(timespec="microseconds")
        row = {"extid": external_id, "custno": custno, "recorded": recorded}
        connection.execute(insert(self._tables.tdcust).values(row))
