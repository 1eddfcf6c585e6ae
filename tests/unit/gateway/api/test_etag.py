from decimal import Decimal

import pytest

from tandem.gateway.company.faults import PreconditionFailed
from tandem.gateway.etag import names, require, seal
from tandem.gateway.models import Stock


def stock(on_hand: str) -> Stock:
    zero = Decimal(0)
    return seal(
        Stock(
            e_tag="",
            key="A|MAIN",
            item_code="A",
            location="MAIN",
            on_hand=Decimal(on_hand),
            allocated=zero,
            on_order=zero,
            open_sales=zero,
            available=zero,
            available_computed=zero,
            updated_at=None,
            gone=False,
        )
    )


def test_a_tag_stands_for_everything_that_is_shown() -> None:
    assert stock("1").e_tag == stock("1").e_tag
    assert stock("1").e_tag != stock("2").e_tag


def test_sealing_again_gives_the_same_tag() -> None:
    once = stock("1")
    tag = once.e_tag
    assert seal(once).e_tag == tag


@pytest.mark.parametrize("header", ['"abc"', "abc", 'W/"abc"', '"x", "abc"', "*", " * "])
def test_headers_that_name_a_tag(header: str) -> None:
    assert names(header, "abc")


@pytest.mark.parametrize("header", ['"ab"', "", '"abcd", "x"', '"*"'])
def test_headers_that_do_not(header: str) -> None:
    assert not names(header, "abc")


def test_no_header_lets_every_write_pass() -> None:
    require(None, "abc")
    require('"abc"', "abc")
    with pytest.raises(PreconditionFailed):
        require('"old"', "abc")
