"""Names for the plays, drawn by number so that the same person always bears the same one."""

from __future__ import annotations

FIRST = (
    "Alice", "Ben", "Clara", "Daniel", "Emma", "Frank", "Grace", "Henry", "Iris", "Jack", "Kate", "Liam",
    "Mary", "Noah", "Olive", "Peter", "Quinn", "Rose", "Simon", "Tessa", "Umar", "Vera", "Will", "Yara", "Zack",
)  # fmt: skip
LAST = (
    "Archer", "Baker", "Carter", "Dyer", "Eaton", "Fisher", "Glover", "Hunter", "Irving", "Judd", "Kerr",
    "Lister", "Mason", "Naylor", "Osborne", "Potter", "Quayle", "Reeve", "Sawyer", "Turner", "Underhill",
    "Vickers", "Weaver", "Yates", "Abbott", "Bishop", "Cooper", "Draper", "Ellis", "Forster", "Gardner",
)  # fmt: skip


def person(number: int) -> tuple[str, str]:
    """First and last name of the person with this number."""
    return FIRST[number * 7 % len(FIRST)], LAST[number * 11 % len(LAST)]


def digits_of(text: str) -> int:
    """A number made of whatever digits a key has; letters count by their place in the alphabet."""
    return sum((ord(char) * 31 + place) for place, char in enumerate(text))
