import pytest

from tandem.gateway.customers.naming import following, series, stem


@pytest.mark.parametrize(
    ("name", "contact", "letters"),
    [
        ("Smith", "", "SMITH"),
        ("Ann Smith", "", "SMITH"),
        ("Ann Smith", "ann smith ", "SMITH"),
        ("Smith, Ann", "", "SMITH"),
        ("Dr. Ann Mary Smith", "", "SMITH"),
        ("Acme Industrial", "Ann Smith", "ACME"),
        ("Acme Ltd", "", "ACME"),
        ("The Old Mill Company", "", "OLD"),
        ("Smith & Sons", "", "SMITH"),
        ("3M Deutschland GmbH", "", "3M"),
        ("O'Brien", "", "OBRIEN"),
        ("Žižek", "", "ZIZEK"),
        ("Łódź Ørsted", "", "ORSTED"),
        ("Weiß", "", "WEISS"),
        ("東京商事", "", "CUST"),
        ("--", "", "CUST"),
        ("The", "", "THE"),
    ],
)
def test_the_letters_of_a_name(name: str, contact: str, letters: str) -> None:
    assert stem(name, contact) == letters


def test_the_letters_give_way_to_the_digits() -> None:
    assert list(series("SMITH", 6)) == [("SMIT", 2), ("SMI", 3), ("SM", 4), ("S", 5)]
    assert next(iter(series("SMITH", 10))) == ("SMITH", 2)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], "SMITH01"),
        (["SMITH01"], "SMITH02"),
        (["SMITH01", "SMITH07"], "SMITH08"),
        (["SMITH1A", "SMITHY01", "SMITH001", "SMITH"], "SMITH01"),
        (["SMITH99"], None),
    ],
)
def test_the_number_after_the_highest_taken(taken: list[str], expected: str | None) -> None:
    assert following("SMITH", 2, taken) == expected


def test_a_series_of_more_digits_starts_above_the_one_before() -> None:
    assert following("SMITH", 3, ["SMITH99"]) == "SMITH100"
    assert following("SMITH", 3, ["SMITH100"]) == "SMITH101"
