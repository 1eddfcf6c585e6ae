"""The stand-in in a process of its own: killed, started again, stopped."""

from pathlib import Path

import httpx
import pytest

from tandem.sandbox.app import from_settings
from tandem.values import dumps

from .conftest import AUTHORISED, Served, settings_in

ORDER = {"email": "ann@example.com", "lines": [{"sku": "MUG", "name": "Mug", "unitPrice": "4.50"}]}


async def test_the_sandbox_of_the_settings_has_the_warehouse_beside_the_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paths(**more: str) -> int:
        settings = settings_in(tmp_path, **more)
        monkeypatch.setattr("tandem.sandbox.app.current_settings", lambda: settings)
        made = from_settings()
        made.state.shop.close()
        return len(made.routes)

    ours = paths(sagepro_zone="America/Chicago")
    assert ours > paths(sagepro_url="http://gateway.test")


def test_a_kill_loses_nothing_that_was_answered_and_a_stop_is_clean(tmp_path: Path) -> None:
    served = Served(tmp_path)
    served.start()
    with httpx.Client(base_url=served.url, headers=AUTHORISED) as http:
        answered = [http.post("/sandbox/orders", content=dumps(ORDER)).json()["orderId"] for _ in range(20)]
    served.kill()
    served.start()
    with httpx.Client(base_url=served.url, headers=AUTHORISED) as http:
        page = http.get("/api/v1/orders").json()
        assert [one["orderId"] for one in page["items"]] == answered
        events = http.get("/sandbox/deliveries").json()["counts"]
        assert sum(events.values()) == 40
        assert http.post("/sandbox/orders", content=dumps(ORDER)).json()["orderId"] == "ord_000021"
    assert served.stop() in (0, -15)
