"""The card of calls: what one needs of a lab to begin with, written for the components that are in it."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.component import Component
from ..core.frames import is_kamlabs
from ..core.naming import called
from ..core.reading import reads
from ..core.world import World
from .printable import label
from .render import Document, Span, Table, View, line

#: The calls, and what each is for; ``{name}`` is a component.
CALLS = (
    ("lab.panel()", "see and drive it here, with buttons"),
    ("lab.step(), lab.step(10), lab.step_message()", "run one slice, ten, or until a message is delivered"),
    ("lab.run(), lab.start(), lab.pause()", "run to the end; or in the background, until you pause it"),
    ('lab.why(), lab.why("{name}")', "why the lab, or a component, does what it does, or does nothing"),
    ('lab.where("{name}")', "its line and its variables, now or, with step=9, at a step of the past"),
    ("lab.inboxes(), lab.timeline(), lab.story()", "what waits where; who ran and sent what; the same in words"),
    ('lab.find("hello")', "where a text is: names, messages that wait, messages that were sent"),
    ('lab.watch("{name}.total"), lab.watches()', "an attribute or a variable, and how it has changed"),
    ('lab.break_on("{name}"), lab.hold("{name}")', "stop before each slice of it; give it none while the rest runs"),
    ("lab.back(), lab.goto(9), lab.reset()", "go back a slice, or to a step; begin again"),
)


@dataclass(frozen=True, slots=True, repr=False)
class Card(View):
    """The calls that one needs to begin with, each with what it is for.

    >>> from kamlab import Lab
    >>> print(Lab().help().calls[0])
    ('lab.panel()', 'see and drive it here, with buttons')
    """

    calls: tuple[tuple[str, str], ...]

    def document(self) -> Document:
        """Return a table of the calls."""
        rows = tuple((Span(call, "code"), text) for call, text in self.calls)
        last = line("help(lab.step) has all of one call; dir(lab) lists the others.", role="faint")
        return (Table(rows, ("call", "what it does")), last)


@reads()
def card_of(lab: World) -> Card:
    """Return the card for a lab; it speaks of one of the lab's components, of the user's own if there is one."""
    components = lab.components
    own = [component for component in components if not is_kamlabs(_file_of(component))]
    name = _short(own[0] if own else components[-1], components) if components else "Echo"
    return Card(tuple((call.replace("{name}", name), text) for call, text in CALLS))


def _file_of(component: Component) -> str:
    return str(getattr(getattr(type(component).main, "__code__", None), "co_filename", ""))


def _short(component: Component, components: list[Component]) -> str:
    """Return the shortest name that one component answers to."""
    kind = type(component).__name__
    return label(kind if called(kind, components) == [component] else component.short_name, 24)
