"""Systems of components that do random things, and what they really were at each step."""

from __future__ import annotations

import random
from typing import Any

from kamlab import Component
from kamlab.analysis.moment import Moment
from kamlab.core.errors import KamlabError
from kamlab.core.states import ALIVE, RUNNABLE, RUNNING


class Restless(Component):
    """Does something else in each slice: sends, takes, links, activates, stops, pauses, fails, ends."""

    Inboxes = ["inbox", "control", "other"]
    Outboxes = ["outbox", "signal"]

    def __init__(self, system: System, **argd: Any) -> None:
        super().__init__(**argd)
        self.system = system

    def main(self):
        while True:
            self.system.note(self.system.lab.step_number - 1)
            for _ in range(self.system.random.randrange(4)):
                self.system.act(self)
            if self.system.random.random() < 0.3:
                self.pause()
            if self.system.random.random() < 0.03:
                return
            yield


class System:
    """A few restless components in a lab, all from one seed."""

    def __init__(self, lab: Any, seed: int, count: int = 4) -> None:
        self.lab = lab
        self.random = random.Random(seed)
        self.components: list[Restless] = []
        self.sent = 0
        self.was: dict[int, tuple[Any, ...]] = {}
        for _ in range(count):
            self.add()
        for _ in range(count):
            self.link(self.random.choice(self.components))

    def add(self) -> None:
        if len(self.components) < 8:
            component = Restless(self)
            if self.random.random() < 0.2:
                component.deliver("early")
            self.components.append(component.activate())

    def link(self, maker: Restless) -> None:
        other = self.random.choice(self.components)
        pick = self.random.randrange(4)
        try:
            if pick < 3:
                box = self.random.choice(["inbox", "other", "control"])
                maker.link((maker, self.random.choice(["outbox", "signal"])), (other, box))
            else:
                maker.link((maker, "other"), (other, "inbox"), passthrough=1)
        except KamlabError:
            pass

    def act(self, actor: Restless) -> None:
        pick = self.random.random()
        box = self.random.choice(["inbox", "other", "control"])
        if pick < 0.45:
            self.sent += 1
            actor.send(f"m{self.sent}", self.random.choice(["outbox", "signal"]))
        elif pick < 0.7:
            if actor.data_ready(box):
                actor.recv(box)
        elif pick < 0.76:
            waiting = actor.data_ready(box)
            if waiting:
                actor.inboxes[box].take(self.random.randrange(waiting))
        elif pick < 0.86:
            self.link(actor)
        elif pick < 0.91:
            if actor.switchboard.links:
                actor.unlink(linkage=self.random.choice(actor.switchboard.links))
        elif pick < 0.95:
            self.add()
        elif pick < 0.97:
            victim = self.random.choice(self.components)
            if victim.flow is not None:  # of one that never ran a ring cannot tell whether it was activated
                victim.stop()
        elif pick < 0.98:
            raise ValueError("restless")
        else:
            self.random.choice(self.components).wake()

    def life(self, component: Restless, moment: Any) -> str:
        """Return the state of a component, as it will be at the end of the round."""
        life = component._task.life
        if life not in ALIVE:
            return life
        return RUNNABLE if (status := moment.status(component)) == RUNNING else status

    def touch(self) -> None:
        """Do something from outside."""
        if self.random.random() < 0.3:
            self.sent += 1
            self.random.choice(self.components).deliver(f"m{self.sent}", self.random.choice(["inbox", "other"]))

    def note(self, step: int) -> None:
        """Write down what is: called when a slice begins, for the step before, and at the very end."""
        self.was[step] = self.really()

    def really(self) -> tuple[Any, ...]:
        """Return what is now, as the engine has it: contents, states of those activated, links."""
        moment = Moment(self.lab)
        boxes = {}
        for each in self.components:
            for name, box in each.inboxes.items():
                if box.items:
                    boxes[f"{each.short_name}.{name}"] = tuple(box.items)
        states = {each.short_name: self.life(each, moment) for each in self.components}
        links = sorted(
            (f"{link.source.short_name}.{link.sourcebox}", f"{link.sink.short_name}.{link.sinkbox}")
            for each in self.components
            for link in each.switchboard.links
        )
        return boxes, states, links
