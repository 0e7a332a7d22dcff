"""Step 2 of "build your own": a scheduler."""

from __future__ import annotations

from typing import Any

from ..exercise import exercise
from ..runs import Wrong
from .mini_microprocess import judge as judge_microprocess
from .mini_steps import choose, need


@exercise("mini-scheduler", takes="your classes Microprocess and Scheduler", points=2)
def check(microprocess: Any, scheduler: Any) -> str:
    """In each round every active process has one slice; those that end leave, and new ones join in the next round."""
    need(1, "Microprocess", judge_microprocess, microprocess)
    judge(microprocess, scheduler)
    return "In each round every process has one slice, those that end leave, and new ones join in the next round."


def judge(microprocess: Any, scheduler: Any) -> None:
    """Raise Wrong if this is not a scheduler."""
    talker = _talker(microprocess)
    _none_active(scheduler)
    _activation(scheduler, talker)
    _rounds(scheduler, talker)
    _endings(scheduler, talker)
    _ends_anywhere(scheduler, talker)
    _newcomers(scheduler, talker)
    _two(scheduler, talker)
    _errors(scheduler, microprocess)


def _talker(microprocess: Any) -> Any:
    class Talker(microprocess):  # type: ignore[misc]
        """Says its letter in each slice; in the first slice it may activate another process."""

        has_ended = False

        def __init__(self, letter: str, slices: int, heard: list[str], other: Any = None) -> None:
            super().__init__()
            self.letter, self.slices, self.heard, self.other = letter, slices, heard, other

        def main(self) -> Any:
            for number in range(self.slices):
                self.heard.append(self.letter)
                if self.other is not None and number == 0:
                    self.scheduler.activate(self.other)
                yield
            self.has_ended = True

    return Talker


def _none_active(scheduler: Any) -> None:
    try:
        chosen = scheduler().choose()
    except (IndexError, ValueError, ZeroDivisionError, StopIteration) as error:
        raise Wrong(
            f"No process was active, and choose() raised {type(error).__name__}. It must return None."
        ) from None
    if chosen is not None:
        raise Wrong(f"No process was active, and choose() returned {chosen!r}. It must return None.")


def _activation(scheduler: Any, talker: Any) -> None:
    heard: list[str] = []
    mine, process = scheduler(), talker("A", 3, heard)
    mine.activate(process)
    if heard:
        raise Wrong("activate(process) ran a slice of it at once. The first slice must be in the next round.")
    if not any(active is process for active in mine.active):
        raise Wrong("After activate(process) the process is not in the list active.")
    if getattr(process, "scheduler", None) is not mine:
        raise Wrong("activate(process) must set process.scheduler, so that a process can activate others.")


def _rounds(scheduler: Any, talker: Any) -> None:
    heard: list[str] = []
    mine = scheduler()
    for letter in "AB":
        mine.activate(talker(letter, 3, heard))
    chosen = choose(mine)
    if heard:
        raise Wrong(
            "choose() ran a slice. It must only return the process that runs next; run(process) runs the slice."
        )
    mine.run(chosen)
    if len(heard) > 1:
        raise Wrong(
            f"One run(process) let {heard[0]} have {len(heard)} slices. It must run one, so that others can run."
        )
    _go_on(mine, 5)
    order = "".join(heard)
    if order[:2] in ("AA", "BB"):
        raise Wrong(
            f"A and B are active; the slices went to {_row(order)}. One had its second before the other its first."
        )
    if order != "ABABAB":
        raise Wrong(
            f"A and B are active, and their slices went to {_row(order)}; A, B, A, B, A, B is the order wanted."
        )


def _endings(scheduler: Any, talker: Any) -> None:
    heard: list[str] = []
    mine = scheduler()
    for letter, slices in (("A", 1), ("B", 3), ("C", 3)):
        mine.activate(talker(letter, slices, heard))
    _go_on(mine, 20)
    order = "".join(heard)
    if order != "ABCBCBC":
        raise Wrong(
            f"A ends after one slice, B and C after three; the slices went to {_row(order)}, and {_row('ABCBCBC')} is "
            "the order wanted. Look at what happens to the one behind A when A leaves."
        )


def _ends_anywhere(scheduler: Any, talker: Any) -> None:
    """Have one of three processes end, the first, the second or the third, in the middle of a round."""
    for place in range(3):
        heard: list[str] = []
        mine = scheduler()
        for number, letter in enumerate("ABC"):
            mine.activate(talker(letter, 1 if number == place else 3, heard))
        _go_on(mine, 20)
        short = "ABC"[place]
        wanted = "ABC" + 2 * "ABC".replace(short, "")
        order = "".join(heard)
        if order != wanted:
            raise Wrong(
                f"{short} ends after one slice, the others after three; the slices went to {_row(order)}, and "
                f"{_row(wanted)} is the order wanted. The round must go on behind {short} when it leaves."
            )


def _two(scheduler: Any, talker: Any) -> None:
    heard: list[str] = []
    mine, other = scheduler(), scheduler()
    for letter in "AB":
        mine.activate(talker(letter, 2, heard))
        other.activate(talker(letter.lower(), 2, heard))
    for one in (mine, other, mine, other, mine, other, mine, other):
        chosen = one.choose()
        if not any(chosen is process for process in one.active):
            break
        one.run(chosen)
    order = "".join(heard)
    if order != "AaBbAaBb":
        raise Wrong(
            "There are two schedulers, one with A and B, one with a and b, which run a slice each by turns. The slices "
            f"went to {_row(order)}; {_row('AaBbAaBb')} is the order wanted. Each needs lists of its own."
        )


def _errors(scheduler: Any, microprocess: Any) -> None:
    class Failing(microprocess):  # type: ignore[misc]
        """Raises an error in its first slice."""

        def main(self) -> Any:
            raise LookupError("the drawer is empty")
            yield

    mine = scheduler()
    mine.activate(Failing())
    try:
        mine.run(choose(mine))
    except LookupError:
        return
    raise Wrong(
        "A process raised a LookupError in its slice, and run(process) kept it to itself. Only StopIteration means "
        "that a process has ended; an error must come out, or nobody will find it."
    )


def _newcomers(scheduler: Any, talker: Any) -> None:
    heard: list[str] = []
    mine = scheduler()
    for process in (talker("A", 2, heard, talker("N", 2, heard)), talker("B", 2, heard)):
        mine.activate(process)
    _go_on(mine, 20)
    order = "".join(heard)
    if "N" not in order:
        raise Wrong("A activated N, and N never had a slice.")
    if order[:3] == "ABN" or order.startswith("AN"):
        raise Wrong(
            f"In its first slice A activated N, and N ran in that very round: {_row(order)}. "
            "It must join in the next round: A, B, then A, B, N."
        )
    if order != "ABABNN":
        raise Wrong(
            f"In its first slice A activated N. The slices went to {_row(order)}, and {_row('ABABNN')} is the "
            "order wanted."
        )


def _go_on(scheduler: Any, slices: int) -> None:
    """Run a number of slices; raise Wrong if StopIteration comes out."""
    for _ in range(slices):
        chosen = choose(scheduler)
        if chosen is None:
            break
        try:
            scheduler.run(chosen)
        except StopIteration:
            raise Wrong(
                f"{chosen.letter} came to its end, and StopIteration came out of run(): the system would end there."
            ) from None
        if chosen.has_ended and any(active is chosen for active in scheduler.active):
            raise Wrong(
                f"The slice in which {chosen.letter} came to its end is over, and {chosen.letter} is still in the list "
                "active. run(process) must take it out in that slice."
            )


def _row(letters: str) -> str:
    return ", ".join(letters)
