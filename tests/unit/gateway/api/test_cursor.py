import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.gateway.api.cursor import Place, decode, encode, query_mark
from tandem.gateway.api.problems import ProblemError

TEXT = st.text(st.characters(codec="cp1252"), max_size=40)


@given(TEXT, TEXT)
def test_a_cursor_comes_back_as_its_place(stamp: str, key: str) -> None:
    query = query_mark(status="open", since=None)
    assert decode(encode(Place(stamp, (key, stamp)), query), query) == Place(stamp, (key, stamp))


def test_the_first_page_has_none() -> None:
    assert decode(None, "q") is None


def test_the_last_page_gives_none() -> None:
    assert encode(None, "q") is None


@given(TEXT)
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        decode(text, "q")
    assert caught.value.status == 422
    assert caught.value.errors[0].field == "cursor"


def test_a_cursor_of_another_query_is_refused() -> None:
    cursor = encode(Place("2026-01-01 10:00:00", ("1001",)), query_mark(status="open"))
    with pytest.raises(ProblemError):
        decode(str(cursor), query_mark(status="void"))


def test_a_changed_cursor_is_refused() -> None:
    cursor = encode(Place("2026-01-01 10:00:00", ("1001",)), "q")
    with pytest.raises(ProblemError):
        decode(f"{str(cursor)[:-4]}AAAA", "q")
