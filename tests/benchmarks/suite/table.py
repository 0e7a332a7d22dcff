"""The table at the end: one line for each bar, and the same as data."""

from __future__ import annotations

from typing import Any

from .cases import Comparison, Limit
from .rounds import Played, Spread

HEAD = ("case", "ours", "", "peer", "", "ratio", "(least - most)", "bar", "met")
MET = {True: "yes", False: "NO", None: "-"}


def rows(played: list[Played]) -> list[tuple[str, ...]]:
    """Return the lines of the table, without its head."""
    return [
        *(_comparison(each, bar) for each in played for bar in each.case.comparisons),
        *(_limit(each, bar) for each in played for bar in each.case.limits),
    ]


def _comparison(played: Played, bar: Comparison) -> tuple[str, ...]:
    ratio = played.ratio(bar)
    return (
        f"{played.case.name} ({played.case.unit})",
        bar.ours,
        _number(played.spread(bar.ours, bar.key)),
        bar.peer + bar.note,
        _number(played.spread(bar.peer, bar.key)),
        "-" if ratio is None else f"{ratio.median:.2f}",
        "" if ratio is None else f"({ratio.least:.2f} - {ratio.most:.2f})",
        "-" if bar.bar is None else f">= {bar.bar:g}",
        MET[played.meets(bar)],
    )


def _limit(played: Played, bar: Limit) -> tuple[str, ...]:
    found = played.spread(bar.ours, bar.key)
    return (
        f"{played.case.name} ({bar.unit})",
        bar.ours,
        "-" if found is None else f"{found.median:,.2f}",
        "",
        "",
        "",
        "" if found is None else f"({found.least:,.2f} - {found.most:,.2f})",
        f"<= {bar.bar:g}",
        MET[played.meets(bar)],
    )


def _number(found: Spread | None) -> str:
    return "-" if found is None else f"{found.median:,.0f}"


def table(played: list[Played]) -> str:
    """Return the table as text, and below it what broke."""
    lines = [HEAD, *rows(played)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "-" * max(map(len, text)))
    met = [played_one.meets(bar) for played_one in played for bar in _bars(played_one)]
    text.append("")
    text.append(
        f"{met.count(True)} bars met, {met.count(False)} not met, {met.count(None)} not measured or without a bar"
    )
    text += [f"BROKE: {each.case.name}, {name}: {why}" for each in played for name, why in each.broken.items()]
    return "\n".join(text)


def _bars(played: Played) -> tuple[Comparison | Limit, ...]:
    return (*played.case.comparisons, *played.case.limits)


def as_data(played: list[Played]) -> list[dict[str, Any]]:
    """Return everything that was measured, ready for JSON."""
    return [
        {
            "case": each.case.name,
            "unit": each.case.unit,
            "numbers": each.numbers,
            "broken": each.broken,
            "comparisons": [
                {
                    "ours": bar.ours,
                    "peer": bar.peer,
                    "key": bar.key,
                    "bar": bar.bar,
                    "ratio": vars(ratio) if (ratio := each.ratio(bar)) else None,
                    "met": each.meets(bar),
                }
                for bar in each.case.comparisons
            ],
            "limits": [
                {
                    "ours": bar.ours,
                    "key": bar.key,
                    "bar": bar.bar,
                    "found": vars(found) if (found := each.spread(bar.ours, bar.key)) else None,
                    "met": each.meets(bar),
                }
                for bar in each.case.limits
            ],
        }
        for each in played
    ]
