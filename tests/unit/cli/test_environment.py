import os
import socket
import stat

import pytest

from tandem.cli import environment
from tandem.errors import SettingsError
from tandem.settings import settings


def test_secrets_are_made_once_for_their_owner_alone(clean):
    home = clean / "var"
    environment.create(home)
    file = home / environment.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text()
    environment.create(home)
    assert file.read_text() == before
    environment.create(clean / "other")
    assert (clean / "other" / environment.FILE).read_text() != before


def test_what_the_environment_leaves_out_is_taken_from_the_embedded_file(clean, monkeypatch):
    monkeypatch.setenv("TANDEM_CLARITY_TOKEN", "mine")
    now = environment.prepare(zone="Europe/London")
    assert now.secret("clarity_token") == "mine"
    assert now.sagepro_zone == "Europe/London"
    key = now.secret("sagepro_api_key")
    assert now.secret("sagepro_api_keys") == f"{key}=read write"
    assert now.secrets("clarity_webhook_secrets")[0].startswith("whsec_")
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"


def test_a_system_of_ones_own_gets_nothing_from_the_embedded_file(clean, monkeypatch):
    environment.create(settings().home)
    monkeypatch.setenv("TANDEM_CLARITY_URL", "https://shop.example.com")
    settings.cache_clear()
    now = environment.adopt()
    assert now.clarity_zone is None
    with pytest.raises(SettingsError, match="TANDEM_CLARITY_TOKEN is not set"):
        now.secret("clarity_token")
    assert now.secret("sagepro_api_key")


def test_a_play_never_reaches_a_real_system(clean, monkeypatch):
    (clean / ".env").write_text("TANDEM_CLARITY_URL=https://shop.example.com\nTANDEM_SAGEPRO_DATABASE_URL=mssql://x\n")
    monkeypatch.setenv("TANDEM_SAGEPRO_URL", "https://erp.example.com")
    monkeypatch.setenv("TANDEM_CLARITY_TOKEN", "real")
    monkeypatch.setenv("PREFECT_API_URL", "https://cloud.example.com/api")
    settings.cache_clear()
    now = environment.isolate(clean / "demo", zone="Europe/London")
    assert not now.clarity_url
    assert not now.sagepro_url
    assert now.company_url == f"sqlite:///{clean / 'demo' / 'company01.db'}"
    assert now.secret("clarity_token") != "real"
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"


def test_children_write_in_the_home_folder_alone(clean):
    now = environment.prepare()
    made = environment.of_children(now, {"PATH": "/bin", "HOME": "/root"})
    home = str(now.home.resolve())
    for name in ("HOME", "TMPDIR", "PREFECT_HOME", "XDG_CACHE_HOME", "TANDEM_HOME"):
        assert made[name].startswith(home), name
        assert os.path.isdir(made[name]), name  # noqa: PTH112
    assert made["PATH"].split(os.pathsep)[-1] == "/bin"
    assert made["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


@pytest.mark.parametrize(("offset", "variable"), [(1, "TANDEM_PORT_BASE"), (None, "TANDEM_PREFECT_PORT")])
def test_a_taken_port_is_named_with_the_variable_that_moves_it(clean, monkeypatch, offset, variable):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("TANDEM_PORT_BASE", str(port - 1 if offset else 18650))
        monkeypatch.setenv("TANDEM_PREFECT_PORT", str(14250 if offset else port))
        settings.cache_clear()
        with pytest.raises(SettingsError, match=rf"port {port} on 127.0.0.1 .* cannot be had .*set {variable}"):
            environment.check_ports(settings(), ("gateway",))
