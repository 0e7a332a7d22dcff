"""Common mistakes get a sentence that names the cause and the cure, and nothing of kamlab or of Python around it."""

from __future__ import annotations

import inspect
import queue
import re
import traceback

import pytest

import kamlab
from kamlab import Component, Graphline, Handle, Lab, ThreadedComponent
from kamlab.core.errors import BadComponent, BadLink, BadMain, NoSuchBox
from kamlab.core.tracebacks import is_kamlab


class Ends(Component):
    def main(self):
        yield


class Small(Component):
    outboxes = ("outbox", "signal", "extra")


class Text(Component):
    Inboxes = "data"


class Waits(ThreadedComponent):
    async def main(self):
        pass


def set_limit(lab):
    lab.slice_limit = 5


#: What is called with a lab, which error it raises, and words in it.
MISTAKES = {
    "boxes in lower case": (
        lambda lab: Small().send(1, "extra"),
        NoSuchBox,
        "Outboxes, with a capital letter, declares",
    ),
    "boxes as text": (lambda lab: Text().data_ready("data"), BadComponent, "declares boxes: give a list of names"),
    "async main in a thread": (lambda lab: Waits().activate(lab), BadMain, r"^main\(\) of Waits is an 'async def'"),
    "a class": (lambda lab: Ends.activate(lab), BadMain, "was called on a class"),
    "activate() of a class": (lambda lab: Ends.activate(), TypeError, r"Ends; make one first, .*: Ends\(\).activate"),
    "link() of a class": (
        lambda lab: Ends.link((1, 2), (3, 4)),
        TypeError,
        r"on the class Ends; make one first, with brackets: Ends\(\).link\(\(1, 2\), \(3, 4\)\)",
    ),
    "a missing argument": (
        lambda lab: Ends().deliver(),
        TypeError,
        "missing 1 required positional argument: 'message'",
    ),
    "an unknown argument": (lambda lab: Lab(clok="real"), TypeError, "unexpected keyword argument 'clok'"),
    "a lab of a system": (lambda lab: Lab(Ends()), TypeError, r"Lab\(build=system\)"),
    "a linkage of four": (lambda lab: Graphline(linkages=[("A", "b", "C", "d")], A=Ends()), BadLink, "write {"),
    "no linkages": (lambda lab: Graphline(linkages=5, A=Ends()), BadLink, "write {"),
    "an idle handle": (
        lambda lab: Handle(Ends()).activate(lab).get(),
        queue.Empty,
        "no message has come out of 'outbox'",
    ),
    "a new handle": (lambda lab: Handle(Ends()).get(), queue.Empty, r"was never activated.*call activate\(\)"),
    "a limit": (set_limit, ValueError, "give a pair"),
    "no such lab": (lambda lab: kamlab.labs()[999], IndexError, "there is no lab at 999"),
}


@pytest.mark.parametrize(("call", "kind", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_sentence(make_lab, call, kind, words):
    """The error says what is wrong and what to do; nothing of kamlab, and no other error, is shown with it."""
    lab = make_lab(clock="virtual")
    with pytest.raises(kind) as caught:
        call(lab)
    error = caught.value
    assert re.search(words, str(error)), str(error)
    assert "During handling" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("name", ["a class", "a lab of a system", "an idle handle", "a limit", "no such lab"])
def test_no_frame_of_kamlab_is_shown(make_lab, name):
    """The traceback ends in the user's line, and has no hint at more."""
    lab = make_lab(clock="virtual")
    call, kind, _ = MISTAKES[name]
    with pytest.raises(kind) as caught:
        call(lab)
    files = [entry.filename for entry in traceback.extract_tb(caught.value.__traceback__)]
    assert not [file for file in files if is_kamlab(file, "")]
    assert not getattr(caught.value, "__notes__", [])


def test_the_signature_of_a_lab_is_its_arguments():
    """An editor completes the arguments of Lab(), all of them by name and typed; there are no others."""
    parameters = inspect.signature(Lab).parameters.values()
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters)
