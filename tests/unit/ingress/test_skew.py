from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.declaration import System
from tandem.errors import ClockSkew
from tandem.ingress.skew import MANY, SPREAD, Notice, Skew


def late(seconds: int) -> ClockSkew:
    return ClockSkew("late", seconds=seconds)


def seen(skew: Skew, offsets: list[int]) -> list[Notice]:
    notices = [skew.off(f"msg_{number}", late(seconds)) for number, seconds in enumerate(offsets)]
    return [notice for notice in notices if notice]


def test_case_159_many_that_are_late_by_the_same_time_are_a_clock() -> None:
    (notice,) = seen(Skew(System.CLARITY), [600 + n for n in range(MANY)])
    assert notice[0] == "clock-skew:clarity"
    assert "clock skew of about 602 seconds against clarity" in notice[1]
    assert "our clock is about 602 seconds ahead of that of clarity" in notice[2]


def test_case_159_the_direction_is_named() -> None:
    (notice,) = seen(Skew(System.CLARITY), [-600] * MANY)
    assert "our clock is about 600 seconds behind that of clarity" in notice[2]


@given(st.integers(1, 1000))
def test_one_webhook_played_again_however_often_is_no_clock(times: int) -> None:
    skew = Skew(System.CLARITY)
    assert [skew.off("msg_1 1772442000", late(400 + n)) for n in range(times)] == [None] * times


@given(st.lists(st.integers(301, 90_000), min_size=MANY, max_size=MANY))
def test_offsets_that_differ_are_no_clock(offsets: list[int]) -> None:
    assert bool(seen(Skew(System.CLARITY), offsets)) == (max(offsets) - min(offsets) <= SPREAD)


def test_one_in_time_says_that_the_clocks_agree() -> None:
    skew = Skew(System.CLARITY)
    assert not seen(skew, [600] * (MANY - 1))
    skew.right()
    assert skew.off("another", late(600)) is None
