"""The command line as a whole: what every command promises, whatever it does."""

import subprocess
import sys

import pytest

from tandem import cli
from tandem.errors import SettingsError


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_is_there_and_explains_itself(clean, capsys, command):
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"Usage: tandem {command}" in out


def test_an_unknown_command_is_a_usage_error(clean, capsys):
    code, _, err = run(capsys, "nonsense")
    assert code == 2
    assert "nonsense" in err


def test_what_goes_wrong_is_one_sentence_and_an_exit_code(clean, capsys):
    code, out, err = run(capsys, "serve", "nonsense")
    assert (code, out) == (2, "")
    assert err == "tandem: 'nonsense' is no service of Tandem; it has gateway, sandbox, ingress, watcher\n"


def test_a_wrong_setting_is_one_sentence_too(clean, capsys, monkeypatch):
    monkeypatch.setenv("TANDEM_PORT_BASE", "nowhere")
    from tandem.settings import settings

    settings.cache_clear()
    code, out, err = run(capsys, "status")
    assert (code, out) == (SettingsError.exit_code, "")
    assert err.startswith("tandem: settings cannot be used: TANDEM_PORT_BASE")
    assert err.count("\n") == 1


def test_a_command_imports_only_what_it_needs():
    script = (
        "import sys; from tandem.cli import app, COMMANDS; import tandem.cli; "
        "heavy = {'prefect', 'pandas', 'great_expectations', 'sqlalchemy', 'fastapi'} & set(sys.modules); "
        "sys.exit(f'imported at start: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
