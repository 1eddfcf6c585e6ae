"""The watcher among the services: its secret, its readiness, and when there is none."""

from __future__ import annotations

from pathlib import Path

from dotenv import dotenv_values

from tandem.cli import environment, services
from tandem.settings import settings

NAME = "TANDEM_SAGEPRO_WEBHOOK_SECRETS"


def test_an_embedded_installation_has_a_watcher_with_a_secret(clean: Path) -> None:
    now = environment.prepare()
    assert services.watched(now)
    assert now.secrets("sagepro_webhook_secrets")[0].startswith("whsec_")
    assert now.secrets("sagepro_webhook_secrets") != now.secrets("clarity_webhook_secrets")


def test_a_folder_of_before_there_was_a_watcher_gets_its_secret_once(clean: Path) -> None:
    home = clean / "var"
    environment.create(home)
    file = home / environment.FILE
    old = "".join(line for line in file.read_text().splitlines(keepends=True) if NAME not in line)
    file.write_text(old)
    environment.create(home)
    added = file.read_text()
    assert added.startswith(old)
    assert (dotenv_values(file)[NAME] or "").startswith("whsec_")
    environment.create(home)
    assert file.read_text() == added


def test_a_gateway_elsewhere_has_its_watcher_elsewhere(clean: Path, monkeypatch) -> None:
    environment.create(settings().home)
    monkeypatch.setenv("TANDEM_SAGEPRO_URL", "https://erp.example.com")
    settings.cache_clear()
    assert not services.watched(environment.adopt())


def test_what_an_earlier_watcher_said_does_not_count_as_ready(clean: Path) -> None:
    now = environment.prepare()
    said = now.home / "watch01.json"
    said.write_text("{}")
    service = services.watcher(now)
    assert not service.ready()
    said.write_text("{}")
    assert service.ready()
