"""The live view: what it shows, what its buttons do, and that it leaves nothing behind."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.views import look
from kamlab.views.html import as_html

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")

from kamlab.notebook import clicks, flusher
from kamlab.notebook.live import LiveView, close_all, live_view

NAMES = {"Step", "Step message", "Run", "Pause", "Stop"}


class Waits(Component):
    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


class Counts(Component):
    number = 0

    def main(self) -> Iterator[None]:
        while True:
            self.number += 1
            self.send(self.number)
            self.pause(0.01)
            yield


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab; afterwards there is no view of any lab."""
    with Lab() as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        yield lab
    close_all()


def counting(lab: Lab) -> tuple[Counts, Waits]:
    """Activate a component that counts, linked to one that lets the numbers lie."""
    counts, waits = Counts().activate(lab), Waits().activate(lab)
    counts.link((counts, "outbox"), (waits, "inbox"))
    return counts, waits


def enabled(view: LiveView) -> set[str]:
    """Return the names of the buttons that can be pressed."""
    return {name for name, button in view.buttons.items() if not button.disabled}


def display(view: LiveView) -> Any:
    """Do what a notebook does to display a view."""
    return view._repr_mimebundle_()


# -- the picture ------------------------------------------------------------------------------------


def test_it_shows_what_a_look_shows(lab: Lab) -> None:
    """The picture is the HTML of a look at the lab."""
    counting(lab)
    lab.step(4)
    assert LiveView(lab).html == as_html(look(lab))


def test_it_follows_a_lab_that_runs(lab: Lab, eventually: Callable[..., Any]) -> None:
    """While the lab runs in the background the picture changes by itself."""
    counting(lab)
    view = LiveView(lab)
    lab.start()
    assert eventually(lambda: "running" in view.html)
    before = view.html
    assert eventually(lambda: view.html != before)


def test_the_last_picture_after_a_pause_is_true(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Once the lab stands still, what is shown is how it stands."""
    counting(lab)
    view = LiveView(lab)
    lab.start()
    assert eventually(lambda: lab.step_number > 5)
    lab.pause()
    assert eventually(lambda: view.html == as_html(look(lab)))
    assert "paused" in view.html


def test_it_follows_steps_from_elsewhere(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A step in a cell changes the picture as well."""
    counting(lab)
    view = LiveView(lab)
    lab.step()
    assert eventually(lambda: view.html == as_html(look(lab)))


def test_nothing_is_sent_while_nothing_changes(lab: Lab) -> None:
    """A lab that has not moved costs no new picture."""
    counting(lab)
    view = LiveView(lab)
    drawn: list[Any] = []
    view._picture.observe(drawn.append, "value")
    assert [view.tick() for _ in range(5)] == [False] * 5
    view.refresh()
    assert drawn == []


def test_messages_are_escaped(lab: Lab) -> None:
    """A message is shown as text, whatever it is."""
    waits = Waits().activate(lab)
    waits.deliver("<script>alert(1)</script>")
    assert "<script" not in LiveView(lab).html


def test_it_does_not_wait_for_a_slice_that_hangs(lab: Lab, eventually: Callable[..., Any]) -> None:
    """While a component does not come to its next yield, the view names it and stays as it is."""
    go_on = threading.Event()

    class Hangs(Component):
        def main(self) -> Iterator[None]:
            yield
            go_on.wait(30)
            yield

    Hangs().activate(lab)
    lab.start()
    assert eventually(lambda: lab.step_number == 2)
    view = LiveView(lab)
    try:
        assert "Hangs_1 has not come to its next yield" in view.text
        assert "running" in view.html
        assert enabled(view) == {"Pause", "Stop"}
    finally:
        go_on.set()
    assert eventually(lambda: "finished" in view.html)


def test_it_is_true_again_after_a_long_slice(lab: Lab, eventually: Callable[..., Any]) -> None:
    """While a slice takes long the state shown is true; afterwards the picture is, and the complaint is gone."""
    go_on = threading.Event()

    class TakesLong(Component):
        def main(self) -> Iterator[None]:
            yield
            go_on.wait(30)
            while True:
                self.pause()
                yield

    TakesLong().activate(lab)
    view = LiveView(lab)
    lab.start()
    try:
        assert eventually(lambda: "TakesLong_1 has not come to its next yield" in view.text)
        assert "running at step 2" in view.html
    finally:
        go_on.set()
    assert eventually(lambda: "asleep" in view.html)
    assert eventually(lambda: view.text == "")
    assert view.html == as_html(look(lab))


def test_the_picture_of_a_lab_that_has_come_to_rest_is_true(lab: Lab, eventually: Callable[..., Any]) -> None:
    """When a running lab falls asleep, that is what is shown, however the last looks fell."""
    waits = [Waits().activate(lab) for _ in range(5)]
    view = LiveView(lab)
    lab.start()
    for number in range(20):
        waits[number % 5].deliver(number)
        assert eventually(lambda: not lab.runnable() and view.html == as_html(look(lab)))
        assert "runnable" not in view.html


def test_there_is_a_still_picture_for_where_there_is_no_kernel(lab: Lab) -> None:
    """The output holds the widget, the table as plain HTML, and text."""
    counting(lab)
    data, _ = display(LiveView(lab))
    assert "application/vnd.jupyter.widget-view+json" in data
    assert as_html(look(lab)) in data["text/html"]
    assert data["text/plain"] == str(look(lab))


# -- the buttons ------------------------------------------------------------------------------------


def test_buttons_that_can_do_nothing_are_disabled(lab: Lab, eventually: Callable[..., Any]) -> None:
    """In each state of the lab those buttons can be pressed that do something."""
    counting(lab)
    view = LiveView(lab)
    standing = NAMES - {"Pause"}
    assert enabled(view) == standing
    lab.start()
    assert eventually(lambda: enabled(view) == {"Pause", "Stop"})
    lab.pause()
    assert eventually(lambda: enabled(view) == standing)
    lab.stop()
    assert eventually(lambda: enabled(view) == set())


def test_a_finished_lab_can_only_be_stopped(lab: Lab) -> None:
    """When all components have ended there is nothing to step or run."""

    class Ends(Component):
        def main(self) -> Iterator[None]:
            yield

    Ends().activate(lab)
    lab.run()
    view = LiveView(lab)
    assert "finished" in view.html
    assert enabled(view) == {"Stop"}


def test_step_runs_one_slice_and_says_what_happened(lab: Lab) -> None:
    """Step runs one component to its next yield; the picture and the note are up to date when the click is done."""
    counting(lab)
    view = LiveView(lab)
    view.click("Step")
    assert lab.step_number == 1
    assert "Counts_1.outbox -&gt; Waits_2.inbox: 1" in view.text
    assert view.html == as_html(look(lab))


def test_step_message_runs_to_the_next_message(lab: Lab) -> None:
    """Step message goes on until a message has been delivered."""
    _, waits = counting(lab)
    view = LiveView(lab)
    view.click("Step message")
    view.click("Step message")
    assert waits.data_ready() == 2
    assert "Waits_2.inbox: 2" in view.text
    assert "resumed" not in view.text


def test_step_message_says_why_there_is_none(lab: Lab) -> None:
    """When nothing can run that would send a message, the view says so."""
    Waits().activate(lab)
    view = LiveView(lab)
    view.click("Step message")
    assert "nothing" in view.text


def test_run_and_pause(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Run lets the lab run in the background, Pause lets it stand still."""
    counting(lab)
    view = LiveView(lab)
    view.click("Run")
    assert lab.state == "running"
    assert eventually(lambda: lab.step_number > 5)
    view.click("Pause")
    assert lab.state == "paused"
    assert view.html == as_html(look(lab))


def test_stop_ends_everything(lab: Lab) -> None:
    """Stop ends the components; the view says so and offers nothing more."""
    counting(lab)
    view = LiveView(lab)
    view.click("Stop")
    assert lab.state == "stopped"
    assert "stopped" in view.html
    assert enabled(view) == set()


def test_stop_does_not_wait_for_a_slice_that_hangs(
    lab: Lab, eventually: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a component hangs, the click says which, and the kernel goes on."""
    monkeypatch.setattr(clicks, "PAUSE_PATIENCE", 0.1)
    go_on = threading.Event()

    class Hangs(Component):
        def main(self) -> Iterator[None]:
            go_on.wait(30)
            yield

    Hangs().activate(lab)
    view = LiveView(lab)
    lab.start()
    try:
        assert eventually(lambda: "Stop" in enabled(view) and lab.step_number == 1)
        view.click("Stop")
        assert "Hangs_1 has not come to its next yield" in view.text
    finally:
        go_on.set()
    assert eventually(lambda: lab.state in ("paused", "finished"))


def test_a_button_that_is_disabled_does_nothing(lab: Lab) -> None:
    """A click that comes late, when the button can do nothing any more, is ignored."""
    counting(lab)
    view = LiveView(lab)
    lab.start()
    view.refresh()
    before = view.text
    view.click("Step")
    assert view.text == before
    lab.pause()


def test_pause_stops_a_lab_that_a_cell_runs_on_another_thread(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A click on a subshell's thread pauses a lab that a cell drives on the main thread."""
    counting(lab)
    view = LiveView(lab)
    outcomes: list[Any] = []
    cell = threading.Thread(target=lambda: outcomes.append(lab.run(timeout=20)))
    cell.start()
    assert eventually(lambda: enabled(view) == {"Pause", "Stop"})
    view.click("Pause")
    cell.join(10)
    assert [each.reason for each in outcomes] == ["paused"]


def test_an_error_in_a_click_is_shown(lab: Lab) -> None:
    """What goes wrong in a click is said in the view, and the buttons are as the lab is."""
    lab.on_error = "raise"

    class Fails(Component):
        def main(self) -> Iterator[None]:
            raise ValueError("out of <paper>")
            yield

    Fails().activate(lab)
    Waits().activate(lab)
    view = LiveView(lab)
    view.click("Step")
    assert "out of &lt;paper&gt;" in view.text
    assert enabled(view) == NAMES - {"Pause"}


def test_clicks_from_many_threads_do_no_harm(lab: Lab) -> None:
    """Clicks on any thread at any time are carried out one by one or refused; the lab stays usable."""
    counting(lab)
    view = LiveView(lab)
    clicks = ["Step", "Run", "Pause", "Step message", "Step", "Pause"]
    threads = [threading.Thread(target=lambda name=name: view.click(name)) for name in clicks * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    lab.pause()
    view.refresh()
    assert not lab.failures
    assert lab.step().steps == 1


# -- leaving nothing behind ---------------------------------------------------------------------------


def no_flusher() -> bool:
    """Return whether no thread keeps views up to date."""
    return not any(thread.name == "kamlab live views" for thread in threading.enumerate())


def test_one_thread_serves_all_views(lab: Lab) -> None:
    """However many views there are, one thread keeps them up to date."""
    views = [LiveView(lab) for _ in range(5)]
    assert len([thread for thread in threading.enumerate() if thread.name == "kamlab live views"]) == 1
    del views


def test_views_that_are_thrown_away_leave_no_thread(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Ten views that nobody holds are gone, and the thread with the last of them."""
    counting(lab)
    gone = [weakref.ref(LiveView(lab)) for _ in range(10)]
    gc.collect()
    assert [each() for each in gone] == [None] * 10
    assert eventually(no_flusher)


def test_closed_views_leave_no_thread_and_no_widget(lab: Lab, eventually: Callable[..., Any]) -> None:
    """A displayed view that is closed takes its widgets and the thread with it."""
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    for _ in range(10):
        view = live_view(lab)
        display(view)
        view.close()
    assert eventually(no_flusher)
    assert set(_instances) == before


def test_a_stopped_lab_s_view_leaves_no_thread(lab: Lab, eventually: Callable[..., Any]) -> None:
    """When the lab is stopped its view draws its last picture, and the thread ends."""
    counting(lab)
    view = live_view(lab)
    display(view)
    lab.start()
    lab.stop()
    assert eventually(no_flusher)
    assert "stopped" in view.html


def test_the_last_picture_stays_when_the_view_is_gone(lab: Lab, eventually: Callable[..., Any]) -> None:
    """What is displayed of a stopped lab is not taken away, though nobody holds the view any more."""
    display(live_view(lab))
    picture = live_view(lab)._picture
    lab.stop()
    assert eventually(lambda: "stopped" in picture.value)
    assert eventually(no_flusher)
    gc.collect()
    assert picture.comm is not None


def test_a_displayed_view_lives_on_without_being_held(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Nobody needs to keep the view of a lab that is displayed."""
    counting(lab)
    display(live_view(lab))
    gc.collect()
    lab.start()
    assert eventually(lambda: "running" in live_view(lab).html)


def test_a_lab_has_one_view_however_often_it_is_displayed(lab: Lab) -> None:
    """Displaying again gives the same widgets again, so that one update serves all places."""
    display(live_view(lab))
    assert live_view(lab) is live_view(lab)


def test_after_a_reset_there_is_a_new_view(lab: Lab, eventually: Callable[..., Any]) -> None:
    """The view stays with what was stopped; what comes after a reset has a view of its own."""
    counting(lab)
    old = live_view(lab)
    display(old)
    lab.reset()
    Waits().activate(lab)
    new = live_view(lab)
    assert new is not old
    assert eventually(lambda: "stopped" in old.html)
    assert "Waits_1" in new.html
    old.click("Step")
    assert lab.step_number == 0


def test_a_view_that_crashes_says_so_and_harms_nothing(
    lab: Lab, eventually: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error while drawing is shown in that view, which is not updated any more; others are."""
    counting(lab)
    broken, sound = LiveView(lab), LiveView(lab)

    def fails() -> None:
        raise ValueError("no ink")

    monkeypatch.setattr(broken, "refresh", fails)
    lab.step()
    assert eventually(lambda: "no ink" in broken.text)
    assert eventually(lambda: sound.html == as_html(look(lab)))


def test_an_engine_without_a_view_has_no_observer(lab: Lab) -> None:
    """A view attaches nothing to the engine: with and without it, the hot path is the same."""
    counting(lab)
    log = lab.scheduler.log
    view = LiveView(lab)
    assert not lab.trace.hooks
    assert lab.scheduler.log == log
    del view


def test_a_view_of_a_component_with_a_thread(lab: Lab, eventually: Callable[..., Any]) -> None:
    """Where the thread of a component stands is shown."""

    class Listens(ThreadedComponent):
        def main(self) -> None:
            self.recv("inbox")

    Listens().activate(lab)
    view = LiveView(lab)
    lab.start()
    assert eventually(lambda: "its thread waits in recv for a message" in view.html)


def test_updates_come_at_a_dozen_a_second_at_most() -> None:
    """The pause between two updates is between a tenth and a fifteenth of a second."""
    assert 1 / 15 <= flusher.TICK <= 1 / 10
