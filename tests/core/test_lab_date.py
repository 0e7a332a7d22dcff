"""``datetime.now()`` and its kin say the lab's time in component code, and the real one everywhere else."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.core import lab_datetime as patched_datetime
from kamlab.core.clock import EPOCH


class Stamp(datetime):
    """A date of a user's own class."""


#: A question, and what it must answer after 2.5 s under the virtual clock.
QUESTIONS: dict[str, tuple[Any, Any]] = {
    "now": (lambda: datetime.now(), datetime.fromtimestamp(EPOCH + 2.5, UTC).replace(tzinfo=None)),
    "now in UTC": (lambda: datetime.now(UTC), datetime.fromtimestamp(EPOCH + 2.5, UTC)),
    "now in a zone": (
        lambda: datetime.now(timezone(timedelta(hours=5))),
        datetime.fromtimestamp(EPOCH + 2.5, timezone(timedelta(hours=5))),
    ),
    "utcnow": (lambda: datetime.utcnow(), datetime.fromtimestamp(EPOCH + 2.5, UTC).replace(tzinfo=None)),
    "datetime.today": (lambda: datetime.today(), datetime.fromtimestamp(EPOCH + 2.5, UTC).replace(tzinfo=None)),
    "date.today": (lambda: date.today(), datetime.fromtimestamp(EPOCH + 2.5, UTC).date()),
    "of a subclass": (lambda: Stamp.now(), Stamp.fromtimestamp(EPOCH + 2.5, UTC).replace(tzinfo=None)),
}


def asked_in_a_lab(ask: Any) -> Any:
    """Return what a component is answered 2.5 s after the beginning."""

    class Asks(Component):
        async def main(self) -> None:
            await self.sleep(2.5)
            self.answer = ask()

    with Lab(clock="virtual") as lab:
        asks = Asks().activate()
        lab.run()
    return asks.answer


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_component_is_told_the_lab_s_date(question: str) -> None:
    """Each way to ask for the present gives the time of the lab's clock, in UTC, and an object of the class asked."""
    ask, right = QUESTIONS[question]
    answer = asked_in_a_lab(ask)
    assert answer == right
    assert type(answer) is type(right)


def test_date_and_time_agree() -> None:
    """datetime.now() and time.time() are one clock."""
    now, seconds = asked_in_a_lab(lambda: (datetime.now(UTC), time.time()))
    assert now.timestamp() == seconds


def test_everybody_else_is_told_the_real_date() -> None:
    """A cell between two steps reads the machine's clock, and so does code of the standard library."""
    with Lab(clock="virtual"):
        assert abs(datetime.now().timestamp() - time.time()) < 60
        assert abs((datetime.now(UTC) - datetime.now(timezone(timedelta(hours=3)))).total_seconds()) < 60
        assert abs((date.today() - datetime.now().date()).days) <= 1


def test_the_classes_stay_what_they_are() -> None:
    """Dates can be pickled, compared and checked for as before; wrong arguments raise what they raised."""
    answer = asked_in_a_lab(datetime.now)
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert isinstance(answer, date)
    with pytest.raises(TypeError):
        datetime.now("noon")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        date.today(1)  # type: ignore[call-arg]


def test_the_real_methods_come_back() -> None:
    """After restore() they are the very ones that were there; the next virtual clock exchanges them again."""
    Lab(clock="virtual").stop()
    replaced = vars(datetime)["now"]
    patched_datetime.restore()
    real = vars(datetime)["now"]
    assert real is not replaced
    assert asked_in_a_lab(lambda: datetime.now()) == QUESTIONS["now"][1]
