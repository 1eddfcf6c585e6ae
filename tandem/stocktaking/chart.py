"""A picture of the largest differences, drawn as SVG: a few bars need no library for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from pathlib import Path

from tandem.reconciliation import Difference
from tandem.rules.stock_differences import Kind

COLOURS = {
    Kind.DRIFT: "#b3261e",
    Kind.UNIT: "#8a4fbf",
    Kind.MISSING_IN_SHOP: "#1f5fa8",
    Kind.MISSING_IN_SAGE: "#c77700",
}
"""Kinds that a person looks at in the picture."""

LEFT, WIDTH, ROW, TOP = 300, 620, 24, 78
FONT = "font:13px system-ui,sans-serif"
STYLE = f"text{{{FONT};fill:#222}}.head{{font-size:17px;font-weight:600}}.small{{font-size:12px;fill:#555}}"
SIDES = "Left: the shop shows too little. Right: it shows too much, and could sell what is not there."
UNITS = "In the shop's units. Every difference stands in the CSV file beside this picture."


def chart(differences: Sequence[Difference], *, title: str) -> str:
    """One bar each: to the right what the shop shows too much, to the left what it shows too little."""
    most = max((abs(one.difference) for one in differences), default=Decimal(0)) or Decimal(1)
    height = TOP + ROW * max(len(differences), 1) + 44
    total = LEFT + WIDTH + 80
    rows = [_bar(place, one, most) for place, one in enumerate(differences)]
    axis = LEFT + WIDTH // 2
    if not rows:
        rows = [_text(LEFT, TOP + 16, "No differences that last.")]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" height="{height}">',
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        _text(16, 28, title, kind="head"),
        _text(16, 48, SIDES, "small"),
        *_legend(),
        f'<line x1="{axis}" y1="{TOP}" x2="{axis}" y2="{height - 40}" stroke="#888"/>',
        *rows,
        _text(16, height - 14, UNITS, "small"),
        "</svg>",
    ]
    return "\n".join(parts)


def draw(file: Path, differences: Sequence[Difference], *, title: str) -> None:
    """The picture as a file."""
    file.write_text(chart(differences, title=title), encoding="utf-8")


def _bar(place: int, one: Difference, most: Decimal) -> str:
    length = max(float(abs(one.difference) / most) * (WIDTH / 2 - 70), 1.0)
    axis, y = LEFT + WIDTH / 2, TOP + place * ROW
    more = one.difference > 0
    x = axis if more else axis - length
    label = f"{one.item} at {one.location}"
    number = f"{one.difference.normalize():+f}" if one.difference else "0"
    beyond = (axis + length + 6, "start") if more else (axis - length - 6, "end")
    told = f"{label}: shop {_plain(one.shown)}, right {_plain(one.expected)} ({one.kind})"
    return (
        f"<g><title>{escape(told)}</title>"
        f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end">{escape(_short(label))}</text>'
        f'<rect x="{x:.1f}" y="{y + 4}" width="{length:.1f}" height="{ROW - 8}" fill="{COLOURS[one.kind]}"/>'
        f'<text x="{beyond[0]:.1f}" y="{y + 16}" text-anchor="{beyond[1]}">{number}</text></g>'
    )


def _legend() -> list[str]:
    parts, x = [], 16
    for kind, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="58" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 16, 68, str(kind), kind="small"))
        x += 40 + 7 * len(kind)
    return parts


def _text(x: int, y: int, text: str, kind: str = "") -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(text)}</text>'


def _short(label: str, most: int = 38) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _plain(quantity: Decimal | None) -> str:
    return "none" if quantity is None else f"{quantity.normalize():f}"
