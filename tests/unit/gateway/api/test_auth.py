import pytest

from tandem.errors import SettingsError
from tandem.gateway.api.auth import Keyring


def test_a_key_carries_its_scopes() -> None:
    keyring = Keyring("k1=orders:read customers:*, k2=*,k3=read")

    def may(key: str, scope: str) -> bool:
        caller = keyring.find(key)
        return caller is not None and caller.may(scope)

    assert may("k1", "orders:read")
    assert not may("k1", "orders:write")
    assert may("k1", "customers:write")
    assert may("k2", "inventory:write")
    assert may("k3", "products:read")
    assert not may("k3", "products:write")


@pytest.mark.parametrize("key", ["k", "k11", "K1", "", "orders:read"])
def test_only_the_exact_key_is_found(key: str) -> None:
    assert Keyring("k1=*").find(key) is None


def test_a_key_may_hold_an_equals_sign() -> None:
    assert Keyring("a2V5==*").find("a2V5=")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "entry 1 must read"),
        ("k1=*,", "entry 2 must read"),
        ("=*", "entry 1 must read"),
        ("s3cret", "entry 1 must read"),
        ("s3cret=", "entry 1 must read"),
        ("s3cret=orders:delete", "unknown scope 'orders:delete'"),
        ("s3cret=order:read", "unknown scope 'order:read'"),
        ("s3cret=*,s3cret=read", "entry 2 repeats a key"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_keeps_the_key_to_itself(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match="TANDEM_SAGEPRO_API_KEYS") as caught:
        Keyring(text)
    assert complaint in str(caught.value)
    assert "s3cret" not in str(caught.value)
