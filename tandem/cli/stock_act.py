"""The act in which little stock is moved on both sides at once, and what both systems then say of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tandem.cli.settling import Settling
from tandem.cli.stock_account import PLACE, Account, Tables, account, flaws
from tandem.entities.state import State
from tandem.sandbox.play import stock_day
from tandem.sandbox.play.day_cast import COUNTED, KETTLE, LANTERN, TEAPOT
from tandem.sandbox.play.screens import Screens, tell_late
from tandem.sandbox.play.script import Document
from tandem.sandbox.play.stage import Stage
from tandem.settings import Settings
from tandem.values import ZERO, utc_now

IN_STEP_WITHIN = 30.0
"""Seconds after which figures that still do not agree are told as they are."""


@dataclass
class StockAct:
    """Plays the stock story on a stage and reads how it went."""

    now: Settings
    stage: Stage
    settling: Settling
    told: Callable[[str], None]
    orders: Mapping[str, Document]
    _opening: dict[str, Decimal] = field(default_factory=dict)
    _after: str = ""
    _facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What it reads with."""
        self._screens = Screens(self.stage)
        self._tables = Tables(Path(self.now.company_url.removeprefix("sqlite:///")))

    def play(self) -> None:
        """All of it, up to the moment at which the warehouse ships."""
        self._opening = {item.sku: self._tables.level(item.sku).on_hand for item in COUNTED}
        self._after = self._tables.newest()
        there = ", ".join(f"{quantity:.0f} {sku}" for sku, quantity in self._opening.items())
        self.told(f"stock: there are {there}")
        self._lanterns()
        self._teapots()
        self._kettles()

    def facts(self) -> dict[str, Any]:
        """The accounts of all items and what happened on the way, as JSON has it; waits until the figures agree."""
        deadline = time.monotonic() + IN_STEP_WITHIN

        def apart() -> list[str]:
            left = [flaw for one in self._accounts() for flaw in one.flaws]
            return left if time.monotonic() < deadline else []

        self.settling.until("stock on both sides", apart)
        facts = {"items": [_row(one) for one in self._accounts()], **self._facts}
        found = flaws(facts)
        return facts | {"flaws": found, "adds_up": not found}

    def _lanterns(self) -> None:
        """Three are sold while the buyer's card is open at a screen: nothing in Sage Pro says that they are gone."""
        order, sku = self.orders["lanterns"], LANTERN.sku
        card = f"c-{1000 + stock_day.KNOWN_CUSTOMER}"
        custno = str(self.settling.store.ledger.known(self.now.connection, "customer", [card])[card].target)
        self._screens.open_card(custno)
        self.stage.play([order])
        self.settling.until("an order that cannot be entered", lambda: self._not_in(order, State.RETRY))
        self._screens.sell(sku, Decimal(1))
        self.told(f"stock: 3 {sku} are sold in the shop and cannot be entered yet; one more goes over the counter")
        self.settling.until("telling the shop", lambda: self._not_shown(sku, ZERO))
        level, demand, shown = self._tables.level(sku), self._demand(sku), self._screens.shown(sku, PLACE)
        refusal = self._screens.refused(stock_day.TOO_LATE)
        wanted = Decimal(stock_day.TOO_LATE["lines"][0]["quantity"])
        self._screens.close_card(custno)
        self._facts["oversell"] = {
            "item": sku,
            "on_hand": level.on_hand,
            "free_in_sagepro": level.free,
            "demand": demand,
            "published": shown,
            "wanted": wanted,
            "refused": refusal is not None and refusal.get("code") == "sold-out",
            "would_be_oversold": max(demand + min(wanted, level.free) - level.free, ZERO),
        }

    def _teapots(self) -> None:
        """Two customers want the last one, which may be ordered without being there: the second waits for goods."""
        orders = [self.orders["the last teapot"], self.orders["the last teapot again"]]
        self.stage.play(orders)
        self.told(f"stock: the last {TEAPOT.sku} is ordered twice")
        self.settling.quiet()
        notes = {order.key: self._notes(order) for order in orders}
        self._facts["back_order"] = {"item": TEAPOT.sku, "notes": {key: note for key, note in notes.items() if note}}

    def _kettles(self) -> None:
        """Goods come, go, and are counted; then the morning's message comes once more."""
        sku = KETTLE.sku
        self.stage.play([self.orders["kettles"]])
        self._screens.receive(sku, Decimal(12))
        self._screens.sell(sku, Decimal(2))
        self.stage.play([self.orders["more kettles"]])
        self._screens.count(sku, self._tables.level(sku).on_hand - 1)
        self.told(f"stock: {sku} is sold in the shop twice, received, sold over the counter and counted")
        self.settling.quiet()
        self.settling.until("telling the shop", lambda: self._not_shown(sku, self._free(sku)))
        self.settling.quiet()
        self._late(f"{sku}|{PLACE}", self._opening[sku])

    def _late(self, key: str, quantity: Decimal) -> None:
        history = self.settling.store.ledger.history(self.now.connection, "stock", key)
        record = {"Key": key, "UpdatedAt": history[0].version, "OnHand": quantity}
        url = self.now.sagepro_webhook_url or f"{self.now.url_of('ingress')}/webhooks/sagepro"
        tell_late(url, self.now.secrets("sagepro_webhook_secrets")[0], record, utc_now())
        self.told("stock: the morning's message comes once more, hours late")
        passes = len(history)

        def heard() -> list[str]:
            now = self.settling.store.ledger.history(self.now.connection, "stock", key)
            return [] if len(now) > passes else ["the late message to be looked at"]

        self.settling.until("out of order", heard)
        last = self.settling.store.ledger.history(self.now.connection, "stock", key)[-1]
        self._facts["late_message"] = {"key": key, "said": quantity, "state": last.state, "reason": last.reason}

    def _accounts(self) -> list[Account]:
        ordered = self._screens.ordered()
        return [
            account(
                self._tables,
                sku,
                opening=opening,
                after=self._after,
                demand=self._demand(sku),
                published=self._screens.shown(sku, PLACE),
                sold=ordered,
            )
            for sku, opening in self._opening.items()
        ]

    def _demand(self, sku: str) -> Decimal:
        """What Tandem has taken and Sage Pro does not have yet."""
        return self.settling.store.demand.of(self.now.connection, [(sku, PLACE)])[sku, PLACE]

    def _free(self, sku: str) -> Decimal:
        return max(self._tables.level(sku).free - self._demand(sku), ZERO)

    def _not_shown(self, sku: str, quantity: Decimal) -> list[str]:
        shown = self._screens.shown(sku, PLACE)
        return [] if shown == quantity else [f"{sku} at {quantity:f}, the shop shows {shown}"]

    def _not_in(self, order: Document, state: State) -> list[str]:
        known = self.settling.store.ledger.known(self.now.connection, "order", [order.key]).get(order.key)
        return [] if known and known.state is state else [f"order {order.key} to be {state}"]

    def _notes(self, order: Document) -> list[str]:
        history = self.settling.store.ledger.history(self.now.connection, "order", order.key)
        return [note for line in history for note in line.detail.get("notes", ()) if note.startswith("back-ordered")]


def _row(one: Account) -> dict[str, Any]:
    return asdict(one) | {"flaws": one.flaws}
