"""Plays a run of each of the ten systems.

It prints one line for each: its name, its recording, its fingerprint; with ``--traces`` everything that
happened instead. Called as a program by the tests that compare processes and Python versions, and by hand to write
``golden_runs.txt`` anew after a change that is meant to change runs:
``python tests/replay/play_systems.py > tests/replay/golden_runs.txt``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent)]

from ten_systems import SYSTEMS  # noqa: E402

from kamlab import Lab  # noqa: E402
from kamlab.core.choice import SeededRandom  # noqa: E402
from kamlab.core.errors import KamlabError  # noqa: E402

SLICES = 60


class SilentLab(Lab):
    """A lab whose components may fail without a word."""

    def report(self, text: str) -> None:
        self.reported = text


def fingerprint(lab: Lab) -> str:
    """Return a fingerprint of everything that happened in a lab."""
    return hashlib.sha256(lab.trace.text().encode()).hexdigest()[:16]


def play(name: str) -> Lab:
    """Run a system for some slices, with a few acts by hand that a seed decides."""
    draw = random.Random(name)
    seed = draw.randrange(100)
    lab = SilentLab(build=SYSTEMS[name], clock="virtual", chooser=SeededRandom(seed) if seed % 2 else None)
    for _ in range(SLICES // 5):
        lab.step(5)
        full = [
            component
            for component in lab.components
            if "inbox" in component.inboxes and component.inboxes["inbox"].target.items
        ]
        runnable = lab.runnable()
        with contextlib.suppress(KamlabError):
            if full and draw.random() < 0.5:
                lab.duplicate(draw.choice(full))
            elif full and draw.random() < 0.5:
                lab.delay(draw.choice(full), 0.5)
            elif runnable and draw.random() < 0.7:
                lab.choose(draw.choice(runnable))
    return lab


def main() -> None:
    """Print a line for each system."""
    os.chdir(tempfile.mkdtemp())
    for name in SYSTEMS:
        lab = play(name)
        if "--traces" in sys.argv:
            print(f"{name}\n{lab.trace.text()}")
        else:
            print(name, lab.recording, fingerprint(lab))
        lab.stop()


if __name__ == "__main__":
    main()
