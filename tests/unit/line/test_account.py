"""What the log is told of an error that broke a station."""

from __future__ import annotations

from tandem.line.account import account


def test_case_166_the_log_says_what_broke_and_where_and_quotes_nobody() -> None:
    try:
        try:
            raise ValueError("email: 'ann.smith@example.com' is no address")
        except ValueError as error:
            raise RuntimeError("Authorization: Bearer abc.def was refused") from error
    except RuntimeError as error:
        told = account(error)
    assert "RuntimeError: Authorization: Bearer *** was refused" in told
    assert "ValueError: email: '(e-mail)' is no address" in told
    assert "test_account.py" in told, "the place is there"
    assert "abc.def" not in told
    assert "ann.smith" not in told
