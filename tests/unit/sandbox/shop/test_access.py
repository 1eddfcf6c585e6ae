import pytest

from tandem.sandbox.faults import Board
from tandem.sandbox.shop.access import LIFETIME, Access
from tandem.sandbox.shop.refusal import ShopError

OWN = "Bearer shop-token"


def test_a_token_that_was_handed_out_is_good_for_an_hour(board: Board, clock) -> None:
    access = Access("shop-token", board, clock=clock)
    issued = f"bearer {access.issue(OWN)['accessToken']}"
    clock.tick(LIFETIME - 1)
    access.check(issued)
    clock.tick(1)
    with pytest.raises(ShopError) as caught:
        access.check(issued)
    assert caught.value.code == "token-expired"
    access.check(OWN)


def test_only_the_shops_own_token_fetches_others(board: Board, clock) -> None:
    access = Access("shop-token", board, clock=clock)
    issued = access.issue(OWN)["accessToken"]
    for header in (None, "Bearer wrong", f"Bearer {issued}"):
        with pytest.raises(ShopError, match="token"):
            access.issue(header)


def test_two_tokens_are_never_the_same(board: Board) -> None:
    access = Access("shop-token", board)
    assert access.issue(OWN)["accessToken"] != access.issue(OWN)["accessToken"]
