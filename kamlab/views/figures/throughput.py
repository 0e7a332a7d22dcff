"""How many messages went over each link, in all and over time.

A link here is the path of a message as it was sent: from the outbox of its sender to the inbox in which it came
to rest, through whatever containers. An outbox that leads nowhere has a link to nowhere, and messages that a cell
or the network itself delivered come from outside.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...analysis.history import History, history_of
from ...analysis.words import counted
from ...core.box import made_outboxes_of
from ...core.component import Component
from ...core.errors import listed
from ...core.events import DISCARDED, SENT
from ...core.reading import Answer, reads
from .canvas import BLUE, FAINT, MARGIN, VERMILLION, WIDTH, Sheet, written
from .selection import AXES, NoSuchLink, Window, check_by, events_in, find_components, shown_box, window_of

#: How many links are drawn by default, and in how many bins at most.
LINKS = 12
BINS = 40
#: Inches: above the first row, from row to row, of that for the name, below the last row; left of all, the bars, a gap.
HEAD, ROW, NAME, FOOT = 0.9, 0.58, 0.3, 0.66
LEFT, BARS, GAP = 0.45, 2.3, 0.55
#: How far above its row a name is.
UP = 0.1

TITLE = "Messages per link"
EMPTY = "No message has been sent."
NOWHERE, OUTSIDE = "nowhere", "outside"


@dataclass(frozen=True, slots=True)
class LinkFlow:
    """How many messages went over one link: in all, and in each bin. ``lost``: it leads nowhere."""

    link: str
    total: int
    bins: tuple[int, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Throughput(Answer):
    """How many messages went over the links of a lab, those with the most first.

    A bin is ``width`` steps, or seconds, long, and the first begins at ``begin``. ``more`` links are left out, over
    which ``more_messages`` went.
    """

    window: Window
    by: str
    begin: float = 0.0
    width: float = 1.0
    flows: tuple[LinkFlow, ...] = ()
    more: int = 0
    more_messages: int = 0

    def __getitem__(self, link: str) -> LinkFlow:
        for flow in self.flows:
            if flow.link == link:
                return flow
        raise KeyError(f"no link {link!r} here; there are: {', '.join(flow.link for flow in self.flows) or 'none'}")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.flows

    def as_words(self) -> str:
        """Return it in words."""
        lines = [f"{TITLE}, {self.window.note}"]
        wide = max((len(flow.link) for flow in self.flows), default=0)
        for flow in self.flows:
            lines.append(f"  {flow.link:<{wide}}  {flow.total}{' lost' if flow.lost else ''}")
        if self.more:
            lines.append(f"  and {_more(self)}, {self.more_messages} in all")
        return "\n".join(lines if self.flows else [*lines, f"  {EMPTY}"])

    @property
    def bin_in_words(self) -> str:
        """The length of a bin: ``50 steps``, ``0.5 s``."""
        return counted(round(self.width), "step") if self.by == "step" else f"{self.width:g} s"


@reads()
def throughput(
    lab: Any,
    links: Iterable[str] | None = None,
    components: Iterable[Any] | None = None,
    first: int | None = None,
    last: int | None = None,
    by: str = "step",
) -> Throughput:
    """Return how many messages went over the links of a lab.

    Args:
        lab: the lab.
        links: these only, by names such as ``"Count_2.outbox -> Keep_3.inbox"``, or by the box at one of their ends.
        components: the links from and to these components only.
        first: the step to begin with; by default, the earliest one that is known.
        last: the step to end with; by default, the current one.
        by: ``"step"`` or ``"time"``: the axis that is divided into bins.

    Raises:
        NoSuchLink, UnknownComponent: something is named that does not exist.
        StepOutOfRange: there is no such step, or it has been forgotten.
        BadFigure: ``by`` is something else.

    >>> from kamlab import Component, Lab
    >>> class Says(Component):
    ...     def main(self):
    ...         for word in ("a", "b"):
    ...             self.send(word)
    ...             yield
    >>> with Lab() as lab:
    ...     _ = Says(name="says").activate()
    ...     _ = lab.step(2)
    ...     print(throughput(lab))
    Messages per link, steps 0 to 2
      says.outbox -> nowhere  2 lost
    """
    check_by(by)
    history = history_of(lab)
    window = window_of(history, first, last)
    sent = _sent(history, window)
    wanted = list(sent)
    if links is not None:
        everything = {**_possible(history), **sent, **_sent(history, window_of(history))}
        named = _named(history, everything, links)
        wanted = [pair for pair in everything if pair in named]
    if components is not None:
        owners = find_components(history, components)
        wanted = [pair for pair in wanted if any(box is not None and box.owner in owners for box in pair)]
    begin, width, count = _bins(window, by)
    flows = [_flow(history, pair, sent.get(pair, []), window, (by, begin, width, count)) for pair in wanted]
    if links is None:
        flows.sort(key=lambda flow: -flow.total)
    shown = flows if links is not None else flows[:LINKS]
    left = flows[len(shown) :]
    return Throughput(window, by, begin, width, tuple(shown), len(left), sum(flow.total for flow in left))


Pair = tuple[Any, Any]


def _sent(history: History, window: Window) -> dict[Pair, list[int]]:
    """Return the steps in which messages were sent, by outbox and inbox."""
    sent: dict[Pair, list[int]] = {}
    start, end = events_in(history, window)
    for number in range(start, end + 1):
        record = history.record(number)
        if record[0] is SENT or record[0] is DISCARDED:
            sent.setdefault((record[1], record[2]), []).append(max(window.first, history.step_of(number)))
    return sent


def _possible(history: History) -> dict[Pair, list[int]]:
    """Return the links that exist now, whether or not anything went over them."""
    owners = [component for component in history.lives if isinstance(component, Component)]
    boxes = [box for owner in owners for box in made_outboxes_of(owner).values()]
    return {(box, box.target): [] for box in boxes if hasattr(box.target, "owner") and not box.sources}


def _name(history: History, pair: Pair) -> str:
    source, sink = pair
    return (
        f"{OUTSIDE if source is None else shown_box(history, source)} -> "
        f"{NOWHERE if sink is None else shown_box(history, sink)}"
    )


def _named(history: History, known: Iterable[Pair], links: Iterable[str]) -> set[Pair]:
    names = {pair: _name(history, pair) for pair in known}
    found: set[Pair] = set()
    for wanted in [links] if isinstance(links, str) else links:
        meant = {pair for pair, name in names.items() if wanted == name or wanted in name.split(" -> ")}
        if not meant:
            raise NoSuchLink(f"no link is called {wanted!r}, as far as is known; there are: {listed(names.values())}")
        found |= meant
    return found


def _bins(window: Window, by: str) -> tuple[float, float, int]:
    """Return the beginning of the first bin, the length of each, a round number of steps or seconds, and their number.

    >>> _bins(Window(0, 100, (0.0,) * 101), "step")
    (0.0, 5.0, 21)
    """
    begin, end = window.place(window.first, by), window.place(window.last, by)
    least = (end - begin) / BINS
    if least <= 0:
        return begin, 1.0, 1
    power = 10.0 ** math.floor(math.log10(least))
    width = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * 0.999)
    if by == "step":
        width = max(1.0, round(width))
    begin = round(math.floor(begin / width) * width, 9)
    return float(begin), round(float(width), 9), math.floor((end - begin) / width * (1 + 1e-9)) + 1


def _flow(
    history: History, pair: Pair, steps: list[int], window: Window, how: tuple[str, float, float, int]
) -> LinkFlow:
    by, begin, width, count = how
    edges = [begin + width * (1 - 1e-9) * place for place in range(count)]
    bins = [0] * count
    for step in steps:
        bins[max(0, bisect_right(edges, window.place(step, by)) - 1)] += 1
    return LinkFlow(_name(history, pair), len(steps), tuple(bins), pair[1] is None)


# -- drawing ------------------------------------------------------------------------------------------


def draw_throughput(data: Throughput, sheet: Sheet, by: str) -> None:
    """Draw a bar for each link and, on a sheet of our own, beside it how many messages went over it in each bin."""
    if data.is_empty:
        sheet.nothing(TITLE, data.window.note, EMPTY)
    elif sheet.whole:
        _draw_rows(data, sheet)
    else:
        _draw_bars(data, sheet)


def _draw_rows(data: Throughput, sheet: Sheet) -> None:
    most = max(1, *(flow.total for flow in data.flows))
    top = max(1, *(count for flow in data.flows for count in flow.bins))
    under = HEAD + ROW * len(data.flows)
    sheet.paper(under + FOOT, TITLE, data.window.note)
    over_time = len(data.flows[0].bins) > 2
    left = LEFT + BARS + GAP
    bars: Any = None
    lines: Any = None
    for row, flow in enumerate(data.flows):
        down = HEAD + ROW * row
        sheet.write(LEFT, down - UP, written(flow.link), fontsize=9)
        bars = sheet.add(LEFT, down, BARS if over_time else WIDTH - LEFT - MARGIN, ROW - NAME, sharex=bars)
        _draw_bar(flow, bars, 0)
        bars.set_xlim(0, most * 1.3)
        bars.set_yticks([])
        bars.tick_params(axis="x", labelbottom=False)
        if over_time:
            lines = sheet.add(left, down, WIDTH - left - MARGIN, ROW - NAME, sharex=lines)
            _draw_bins(data, flow, lines)
            lines.set_ylim(0, top * 1.06)
            lines.set_yticks([0, top], labels=["0", f"{top:,}"])
            lines.tick_params(axis="x", labelbottom=False)
    bars.tick_params(axis="x", labelbottom=True)
    sheet.count_axis(bars.xaxis, ticks=4)
    bars.set_xlabel("messages in all")
    if over_time:
        lines.tick_params(axis="x", labelbottom=True)
        sheet.along(lines, data.window, data.by)
        lines.set_xlim(right=max(lines.get_xlim()[1], data.begin + data.width * len(data.flows[0].bins)))
        lines.set_xlabel(AXES[data.by])
    told = [f"right: messages per {data.bin_in_words}".replace("per 1 step", "per step")] if over_time else []
    told += [f"all of it at {data.begin:g} s"] if data.by == "time" and not data.window.seconds else []
    told += ["hatched: lost"] if any(flow.lost for flow in data.flows) else []
    told += [f"{_more(data)} with {data.more_messages:,} in all"] if data.more else []
    sheet.write(LEFT, under + FOOT - 0.17, "; ".join(told), fontsize=9, color=FAINT)


def _draw_bar(flow: LinkFlow, axes: Any, row: int) -> None:
    axes.barh(row, flow.total, height=0.8, linewidth=1.2, **_fill(flow))
    text = f" {flow.total:,}{' lost' if flow.lost else ''}"
    axes.annotate(text, (flow.total, row), (2, 0), textcoords="offset points", va="center", fontsize=9)


def _draw_bins(data: Throughput, flow: LinkFlow, axes: Any) -> None:
    edges = [data.begin + data.width * place for place in range(len(flow.bins) + 1)]
    counts = [*flow.bins, flow.bins[-1]]
    fill = _fill(flow)
    axes.fill_between(edges, counts, step="post", alpha=None if flow.lost else 0.18, **{**fill, "linewidth": 0})
    axes.plot(edges, counts, drawstyle="steps-post", color=VERMILLION if flow.lost else BLUE, linewidth=1.3)


def _fill(flow: LinkFlow) -> dict[str, Any]:
    return {"facecolor": "white", "edgecolor": VERMILLION, "hatch": "////"} if flow.lost else {"color": BLUE}


def _draw_bars(data: Throughput, sheet: Sheet) -> None:
    axes = sheet.single(4.0)
    sheet.head(axes, TITLE, data.window.note)
    for row, flow in enumerate(data.flows):
        _draw_bar(flow, axes, row)
    sheet.rows(axes, [*(flow.link for flow in data.flows), *([_more(data)] if data.more else [])])
    if data.more:
        axes.annotate(f" {data.more_messages:,} in all", (0, len(data.flows)), va="center", fontsize=9)
    axes.set_xlim(0, 1.2 * max(1, *(flow.total for flow in data.flows)))
    axes.set_xlabel("messages")


def _more(data: Throughput) -> str:
    return counted(data.more, "more link")
