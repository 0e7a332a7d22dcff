"""The sheet that figures are drawn on: sizes, colours and lines, names as plain text, and how it is shown.

It does not use ``pyplot``, which keeps every figure until it is closed, opens windows, and is meant for the main
thread. A figure of matplotlib that ``pyplot`` does not know is shown in a notebook only if an inline backend has been
set up, so ours has a picture of its own. Nor does a sheet of our own depend on the user's style: it is black on white,
in the fonts that come with matplotlib. Axes that the user gives keep the user's style.

Names may contain dollar signs, which matplotlib would take for formulas, and letters that its font does not have;
:meth:`Sheet.finish` and :func:`written` deal with these. Colours are those of M. Okabe and K. Ito, "Color Universal
Design" (2008), without the yellow, which cannot be read on white; neighbours differ in dashes and markers, too.
"""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Sequence
from typing import Any

from .selection import NoMatplotlib, Window

#: Inches.
WIDTH = 8.0
DPI = 100
INK, FAINT = "#1a1a1a", "#6b6b6b"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, "#000000")
OURS = frozenset({FAINT, *COLOURS})
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
#: The most markers of a line.
MARKED = 8
#: The settings of all our figures; and inches: the space at the left.
PAPER: dict[str, Any] = {"dpi": DPI, "facecolor": "white", "edgecolor": "white"}
MARGIN = 0.45
#: The most characters in a line of a note.
NOTE = 72
#: The most characters in the text that stands for a picture.
ALT = 600


class Sheet:
    """A figure of our own, or axes of the user, to draw on.

    Args:
        ax: axes of the user; by default, a figure is made.
    """

    def __init__(self, ax: Any = None) -> None:
        self._given = ax
        self.figure: Any = None

    @property
    def whole(self) -> bool:
        """Whether the figure is our own."""
        return self._given is None

    def single(self, height: float) -> Any:
        """Return the only axes of a figure of this height in inches, with room for the text around them."""
        if self._given is not None:
            return self._given
        self.figure = lab_figure()(figsize=(WIDTH, height), layout="constrained", **PAPER)
        self.figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
        return self._tidy(self.figure.subplots())

    def paper(self, height: float, title: str, note: str) -> None:
        """Begin a figure on which axes are placed by the inch."""
        self.figure = lab_figure()(figsize=(WIDTH, height), **PAPER)
        self.write(MARGIN, 0.22, title, fontsize=12, fontweight="bold")
        self.write(MARGIN, 0.44, note, fontsize=9, color=FAINT)

    def write(self, left: float, top: float, text: str, **how: Any) -> None:
        """Write on the paper, at this distance in inches from its left and upper edges."""
        self.figure.text(left / WIDTH, 1 - top / self.figure.get_figheight(), text, va="center", **how)

    def add(self, left: float, top: float, width: float, height: float, sharex: Any = None) -> Any:
        """Place axes on the paper: inches from its left and upper edges, and how large they are."""
        high = self.figure.get_figheight()
        place = (left / WIDTH, 1 - (top + height) / high, width / WIDTH, height / high)
        return self._tidy(self.figure.add_axes(place, sharex=sharex))

    @staticmethod
    def _tidy(axes: Any) -> Any:
        axes.set_facecolor("white")
        axes.set_axisbelow(True)
        axes.grid(visible=False)
        axes.tick_params(which="both", colors=INK, labelsize=9)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(FAINT)
        return axes

    # -- text ---------------------------------------------------------------------------------------

    def head(self, axes: Any, title: str, note: str) -> None:
        """Write a title, and below it the part of the run that is shown."""
        lines = textwrap.wrap(note, NOTE)
        axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=9 + 13 * len(lines))
        below = axes.annotate(
            "\n".join(lines),
            (0, 1),
            (0, 7),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=9,
            color=FAINT,
        )
        below.set_in_layout(False)  # it may be wider than the axes

    def nothing(self, title: str, note: str, text: str) -> None:
        """Make a figure that says why there is nothing to draw."""
        axes = self.single(2.2)
        self.head(axes, title, note)
        self.say(axes, text)

    def say(self, axes: Any, text: str) -> None:
        """Write a sentence if there is nothing to draw."""
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=11)

    def legend(self, axes: Any, handles: Sequence[Any], labels: Sequence[str]) -> None:
        """Write the legend; a name may begin with any character."""
        legend = axes.legend(
            handles, [str(place) for place in range(len(labels))], ncols=1, fontsize=9, frameon=True, handlelength=2.6,
            loc="best",
        )  # fmt: skip
        for text, name in zip(legend.get_texts(), labels, strict=True):
            text.set_text(written(name))

    def rows(self, axes: Any, names: Sequence[str]) -> None:
        """Make a row for each name, the first at the top."""
        axes.set_yticks(range(len(names)), labels=[written(name) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)

    # -- axes and lines -----------------------------------------------------------------------------

    def along(self, axes: Any, window: Window, by: str) -> None:
        """Make the axis run from the beginning of a window to its end."""
        begin, end = window.place(window.first, by), window.place(window.last, by)
        room = 0.015 * (end - begin) or 0.5
        axes.set_xlim(begin - room, end + room)
        if by == "step":
            self.count_axis(axes.xaxis, ticks=9)

    def count_axis(self, axis: Any, ticks: int = 6) -> None:
        """Write whole numbers at an axis."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        axis.set_major_locator(MaxNLocator(ticks, integer=True))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))

    def look(self, index: int) -> dict[str, Any]:
        """Return the style of a line: its colour, dashes and marker differ from those of the others."""
        return {
            "color": COLOURS[index % len(COLOURS)],
            "linestyle": DASHES[index % len(DASHES)],
            "linewidth": 1.7,
            "marker": MARKERS[index % len(MARKERS)],
            "markersize": 4.5,
            "markevery": (0.03 * index % 0.12, 1 / MARKED),
        }

    # -- the end ------------------------------------------------------------------------------------

    def finish(self, data: Any) -> Any:
        """Return the figure, or the axes that were given; no text in it is a formula."""
        from matplotlib.text import Text

        for text in (self._given or self.figure).findobj(Text):
            text.set_parse_math(False)
            text.set_usetex(False)
            if self.whole and text.get_color() not in OURS:
                text.set_color(INK)
        if self._given is not None:
            return self._given
        self.figure.data = data
        return self.figure


def written(text: str) -> str:
    """Return a text in which letters that the font does not have are escaped."""
    return "".join(letter if ord(letter) in _letters() else ascii(letter)[1:-1] for letter in text)


@functools.cache
def _letters() -> frozenset[int]:
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())


@functools.cache
def lab_figure() -> Any:
    """Return the class of figures that show themselves.

    Raises:
        NoMatplotlib: it is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NoMatplotlib(
            f"figures are drawn by matplotlib, which cannot be imported here ({error}). Install it with: "
            'pip install matplotlib, or: pip install "kamlab[lab]". The numbers can be had without it: '
            "kamlab.views.figures.queue_lengths(lab), throughput(lab)."
        ) from error

    class LabFigure(Figure):
        """A figure of matplotlib that is shown as a picture under a cell; ``data`` has the numbers."""

        data: Any = None

        def __init__(self, *args: Any, **how: Any) -> None:
            super().__init__(*args, **how)
            FigureCanvasAgg(self)

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
            """Return the picture, once, whatever backend is set up, with a text for those who cannot see it."""
            width, height = (round(inches * DPI) for inches in self.get_size_inches())
            about = {"width": width, "height": height, "alt": str(self.data)[:ALT]}
            return {"image/png": self._repr_png_(), "text/plain": repr(self)}, {"image/png": about}

        def _repr_png_(self) -> bytes:
            """Return the picture as PNG, fine enough for a screen of high resolution."""
            file = io.BytesIO()
            self.savefig(file, format="png", dpi=2 * DPI, facecolor=self.get_facecolor(), bbox_inches=None,
                         metadata={"Software": None})  # fmt: skip
            return file.getvalue()

        def __repr__(self) -> str:
            headline = str(self.data).split("\n", 1)[0]
            return f'<figure: {headline}; savefig("name.png") or savefig("name.pdf") writes it to a file>'

    return LabFigure
