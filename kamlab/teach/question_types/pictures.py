"""Which order of slices leads to this picture: what waits in the inboxes, and who can run, sleeps or has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...analysis.words import counted
from .base import NoQuestion
from .order_question import Draw, OrderQuestion, taking_part
from .state_space import StateSpace
from .waiting import walked

if TYPE_CHECKING:
    from ...lab import Lab

#: How many orders are offered, how many slices each has, and how many are drawn to choose from.
OFFERED, SLICES, DRAWN = 4, (3, 4, 5, 6), 24


class WhichOrder(OrderQuestion):
    """Which of these orders of slices leads to this picture?"""

    name = "which order"
    topic = "which order"

    def __init__(self, lab: Lab, space: StateSpace, paths: Sequence[Sequence[int]], right: int) -> None:
        super().__init__(lab, space)
        pictures = [picture(space, space.states_on(path)[-1]) for path in paths]
        self.details: tuple[str, ...] = pictures[right]
        choices = [_in_words(space, path) for path in paths]
        leading = [choice for choice, found in zip(choices, pictures, strict=True) if found == pictures[right]]
        text = f"Which of these orders of {counted(len(paths[right]), 'slice')} leads to this picture?"
        lines = [f"{choices[right]} leads there", *_differences(choices, pictures, right)]
        clause = f"it is {choices[right]}"
        self.settle(text, choices, leading, clause, lines=lines, schedules=[space.schedule(paths[right])])


def picture(space: StateSpace, state: int) -> tuple[str, ...]:
    """Return what there is to see in a state: a line for each component that takes part."""
    look = space.look(state)
    rows = []
    for one in taking_part(space):
        boxes = [f"{name}: [{', '.join(messages)}]" for (owner, name), messages in look.boxes.items() if owner == one]
        rows.append(f"{space.name(one)} {look.lives[one]}" + (f"; {', '.join(sorted(boxes))}" if boxes else ""))
    return tuple(rows)


def which_orders(lab: Lab, space: StateSpace, draw: Draw, slices: int | None = None) -> Iterator[WhichOrder]:
    """Yield questions with orders that are drawn, each of which leads to another picture."""
    for count in [slices] if slices is not None else draw.shuffled(SLICES):
        found: dict[tuple[str, ...], list[int]] = {}
        for _ in range(DRAWN):
            path = walked(space, draw, count)
            states = space.states_on(path)
            # Where nothing can run, time goes on before the next slice, and the picture would be that of later.
            if path and len(found) < OFFERED and space.time(states[-1]) == space.time(states[-2]):
                found.setdefault(picture(space, states[-1]), path)
        if len(found) < 3:
            continue
        paths = sorted(found.values(), key=lambda path: _in_words(space, path))
        if len({_in_words(space, path) for path in paths}) == len(paths):
            yield WhichOrder(lab, space, paths, draw.random.randrange(len(paths)))


def which_order(lab: Lab, space: StateSpace, draw: Draw, slices: int | None) -> WhichOrder:
    """Return such a question.

    Raises:
        NoQuestion: all orders of so many slices lead to the same picture, or there are none.
    """
    for question in which_orders(lab, space, draw, slices):
        return question
    raise NoQuestion("There are not three orders of so many slices that lead to different pictures")


def _in_words(space: StateSpace, path: Sequence[int]) -> str:
    return ", ".join(map(space.name, path))


def _differences(choices: Sequence[str], pictures: Sequence[tuple[str, ...]], right: int) -> Iterator[str]:
    """Yield for each other order the first line in which its picture differs."""
    for choice, found in zip(choices, pictures, strict=True):
        differing = [line for line, wanted in zip(found, pictures[right], strict=True) if line != wanted]
        if differing:
            yield f"{choice} leads to: {differing[0]}"
