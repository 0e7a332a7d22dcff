"""What is drawn from the numbers: lines, bars, words. Not pixels."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.views.figures import (
    KINDS,
    BadFigure,
    NoMatplotlib,
    canvas,
    drawn,
    figure,
    numbers_only,
    queue_lengths,
    throughput,
)

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")

Figure = pytest.importorskip("matplotlib.figure").Figure
Text = pytest.importorskip("matplotlib.text").Text

EVIL = "_$\\frac{1}{0}$ 漢字 $"


@pytest.fixture(autouse=True)
def strict() -> Iterator[None]:
    """A warning, such as one of a missing letter, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def words(figure: Any) -> list[str]:
    """Return everything that is written on a figure, but for the numbers at its axes: empty texts left out."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def png(figure: Any) -> bytes:
    data, _ = figure._repr_mimebundle_()
    return bytes(data["image/png"])


def test_a_queue_is_a_step_line_with_its_limit_dashed(slow_pair: Any) -> None:
    """The line has the numbers of the value, ends with the window, and the limit is a dashed line."""
    lab, _, sink = slow_pair
    sink.set_inbox_size("inbox", 5)
    queue = queue_lengths(lab)["sink.inbox"]
    (axes,) = figure(lab).axes
    line, limit = axes.lines
    assert line.get_drawstyle() == "steps-post"
    assert tuple(line.get_xdata()) == (*queue.steps, 18)
    assert tuple(line.get_ydata()) == (*queue.lengths, queue.lengths[-1])
    assert (list(limit.get_ydata()), limit.get_linestyle()) == ([5, 5], "--")
    assert "sink.inbox: at most 4, limit 5" in words(axes.figure)


def test_queues_have_rows_of_one_scale_and_units(lab: Any) -> None:
    """Each queue has axes of its own, all of one scale; the axis says what it counts."""
    for number in range(3):
        sink = Component(name=f"sink{number}").activate()
        for _ in range(number + 1):
            sink.deliver("x")
    lab.step(2)
    drawing = figure(lab)
    assert len(drawing.axes) == 3
    assert len({axes.get_ylim() for axes in drawing.axes}) == 1
    assert {"step (slices since the lab began)", "messages waiting at the end of each step"} <= {*words(drawing)}


def test_over_time_the_places_are_those_of_the_lab_s_clock() -> None:
    """by="time" puts the same numbers over the lab's seconds."""

    class Ticks(Component):
        def main(self) -> Any:
            while True:
                self.send("tick")
                self.pause(0.5)
                yield

    with Lab(clock="virtual") as lab:
        ticks, sink = Ticks().activate(), Component(name="sink").activate()
        ticks.link((ticks, "outbox"), (sink, "inbox"))
        lab.step(6)
        drawing = figure(lab, boxes=["sink.inbox"], by="time")
        assert drawing.axes[0].lines[0].get_xdata()[-1] == lab.scheduler.now
        assert "time of the lab (s)" in words(drawing)


def test_a_link_is_a_bar_and_its_bins_a_step_line_and_lost_ones_are_hatched(slow_pair: Any) -> None:
    """The bar is as long as the total, the line has the bins, and what was lost is hatched and says so."""
    lab, _, sink = slow_pair
    sink.send("lost")
    flows = throughput(lab)
    drawing = figure(lab, "throughput")
    bars = [axes.patches[0] for axes in drawing.axes if axes.patches]
    lines = [axes.lines[0] for axes in drawing.axes if axes.lines]
    assert [bar.get_width() for bar in bars] == [6, 1]
    assert [bool(bar.get_hatch()) for bar in bars] == [False, True]
    assert [tuple(line.get_ydata())[:-1] for line in lines] == [each.bins for each in flows.flows]
    said = {"source.outbox -> sink.inbox", "sink.outbox -> nowhere", " 1 lost"}
    assert said | {"right: messages per step; hatched: lost"} <= {*words(drawing)}


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_and_no_message_is_a_formula(kind: str, lab: Any) -> None:
    """Dollar signs, underscores at the beginning, and letters that the font has not got are shown as text."""

    class Says(Component):
        def main(self) -> Any:
            while True:
                self.send(EVIL)
                self.send(EVIL, "signal")
                yield

    says, sink = Says(name=EVIL).activate(), Component(name=EVIL[1:]).activate()
    says.link((says, "outbox"), (sink, "inbox"))
    lab.step(4)
    drawing = figure(lab, kind)
    assert any("$\\frac{1}{0}$ \\u6f22\\u5b57 $" in text for text in words(drawing))
    assert not any(text.get_parse_math() for text in drawing.findobj(Text))
    assert png(drawing).startswith(b"\x89PNG")
    fig = Figure()
    figure(lab, kind, ax=fig.subplots())
    assert any("$\\frac{1}{0}$ \\u6f22\\u5b57 $" in text for text in words(fig))
    assert not any(text.get_parse_math() for text in fig.axes[0].findobj(Text) if "frac" in text.get_text())


@pytest.mark.parametrize("kind", KINDS)
def test_before_anything_happened_a_figure_says_so(kind: str) -> None:
    """A lab in which nothing has happened gives a figure with a sentence instead of an error."""
    with Lab() as lab:
        drawing = figure(lab, kind)
        assert any(text.startswith(("No ", "Nothing ")) for text in words(drawing))
        png(drawing)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["step", "time"])
def test_each_kind_draws_every_system(kind: str, by: str, played: Any) -> None:
    """Any system can be drawn in every way, without a warning, with the title of the kind."""
    drawing = figure(played, kind, by=by)
    assert drawing.data.window.note in " ".join(words(drawing)).replace("\n", " ")
    png(drawing)


def test_where_no_time_has_passed_a_figure_over_time_says_so(slow_pair: Any, parts: Any) -> None:
    """In virtual time everything can be at one moment; that is said rather than drawn as one upright line."""
    with Lab(clock="virtual") as lab:
        parts.source().activate().deliver("x")
        lab.step(5)
        assert any('by="step" tells the steps apart' in text for text in words(figure(lab, by="time")))


def test_a_free_run_says_from_which_step_it_knows(parts: Any) -> None:
    """Where the oldest events are forgotten, the figure has it written on it."""
    with Lab(trace_limit=100) as lab:
        parts.source(count=10**9).activate()
        lab.run(max_steps=500)
        for kind in KINDS:
            drawing = figure(lab, kind)
            text = " ".join(words(drawing)).replace("\n", " ")
            assert f"known from step {drawing.data.window.known_from} on" in text


def test_an_unknown_kind_says_which_there_are(lab: Any) -> None:
    """Kinds, and what they take, are named in the error."""
    with pytest.raises(BadFigure, match="'queues', 'throughput'$"):
        figure(lab, "pie")
    for gone in ("spacetime", "turns"):
        with pytest.raises(BadFigure, match=r"'queues', 'throughput'; use lab\.timeline\(\)"):
            figure(lab, gone)
    with pytest.raises(BadFigure, match="takes no links; .* 'boxes', 'components'"):
        figure(lab, "queues", links=["a -> b"])


def test_axes_of_one_s_own_are_drawn_on_and_returned(slow_pair: Any) -> None:
    """With ax= nothing but these axes is touched, and they are what is returned, so that nothing is shown twice."""
    lab, _, _ = slow_pair
    fig = Figure()
    left, right = fig.subplots(1, 2)
    for kind in KINDS:
        assert figure(lab, kind, ax=left) is left
    assert left.get_title(loc="left") == "Messages per link"
    assert not right.has_data()


def test_pyplot_is_not_touched(slow_pair: Any) -> None:
    """A figure is known to no pyplot, so that nothing pops up, and nothing stays when it is thrown away."""
    import gc
    import weakref

    lab, _, _ = slow_pair
    before = "matplotlib.pyplot" in sys.modules
    drawing = figure(lab, "throughput")
    png(drawing)
    assert ("matplotlib.pyplot" in sys.modules) is before
    gone = weakref.ref(drawing)
    del drawing
    gc.collect()
    assert gone() is None


def test_the_user_s_style_does_not_show_on_a_figure_of_ours(slow_pair: Any) -> None:
    """A dark style leaves it black on white, and formulas switched off."""
    lab, _, _ = slow_pair
    before = png(figure(lab, "throughput"))
    dark = {"text.color": "white", "axes.facecolor": "black", "axes.labelcolor": "white", "axes.grid": True}
    with matplotlib.rc_context(dark):
        assert png(figure(lab, "throughput")) == before


def test_a_figure_can_be_drawn_in_a_thread(slow_pair: Any) -> None:
    """Drawing needs no main thread."""
    lab, _, _ = slow_pair
    made: list[bytes] = []
    thread = threading.Thread(target=lambda: made.append(png(figure(lab))))
    thread.start()
    thread.join(30)
    assert made == [png(figure(lab))]


def test_drawing_is_a_function_of_the_numbers(slow_pair: Any) -> None:
    """Numbers that were kept can be drawn later, when the lab has gone on."""
    lab, _, _ = slow_pair
    kept, before = queue_lengths(lab), figure(lab)
    lab.step(5)
    assert png(drawn(kept)) == png(before)
    assert png(drawn(kept)) != png(figure(lab))


def test_a_figure_says_what_it_is(slow_pair: Any) -> None:
    """In a terminal its text tells what it shows and how to write it to a file; a picture has words to be read out."""
    lab, _, _ = slow_pair
    drawing = figure(lab)
    data, about = drawing._repr_mimebundle_()
    assert data["text/plain"] == repr(drawing)
    assert "Queue lengths, steps 0 to 18" in repr(drawing)
    assert "savefig" in repr(drawing)
    assert "sink.inbox  longest 4" in about["image/png"]["alt"]
    assert about["image/png"]["width"] == 800


def test_without_matplotlib_the_error_says_what_to_install(slow_pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no matplotlib is told how to get it; in a page, which can install nothing, the numbers are shown."""
    lab, _, _ = slow_pair
    canvas.lab_figure.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    try:
        with pytest.raises(NoMatplotlib, match=r"pip install matplotlib.*queue_lengths\(lab\)"):
            figure(lab)
        monkeypatch.setattr(numbers_only, "IN_PAGE", True)
        shown = figure(lab)
        assert shown.data == queue_lengths(lab)
        for text in (repr(shown), shown._repr_html_()):
            assert "run the notebook in Jupyter on a computer." in text
            assert "sink.inbox  longest 4" in text
        with pytest.raises(NoMatplotlib, match="This page has no matplotlib"):
            shown.savefig("queues.png")
    finally:
        canvas.lab_figure.cache_clear()
