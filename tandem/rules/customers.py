"""What a customer of the shop becomes in Sage Pro."""

from __future__ import annotations

from tandem.entities.customer import Customer
from tandem.entities.state import Outcome, held, skipped
from tandem.rules.circumstances import Circumstances

GUEST = "guest:"


def plan(customer: Customer, around: Circumstances) -> Customer | Outcome:
    """The customer as it is to be written, or why it is not.

    What the shop deleted stays in Sage Pro, which keeps its orders; a guest without an e-mail address would be one and
    the same customer as every other such guest, so a person decides.
    """
    if customer.deleted:
        stays = "; the record in Sage Pro stays" if around.perhaps_written else ""
        return skipped(f"deleted in the shop{stays}")
    if customer.customer_id == GUEST or (customer.guest and not customer.email.strip()):
        return held(
            "email: is empty for a guest, so nothing tells one guest from another; give an address or link one by hand"
        )
    if around.hold_reason:
        return held(around.hold_reason)
    return customer
