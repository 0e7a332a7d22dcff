"""Boxes and links against a model too simple to be wrong, under random use."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kamlab import Component
from kamlab.core.errors import BadLink, BoxAlreadyLinked, EmptyInbox, NoSpaceInBox
from sampling import sampled

COUNT = 4
COMPONENTS = st.integers(0, COUNT - 1)
#: The kinds of link, by passthrough: from which side to which.
KINDS = {0: ("out", "in"), 1: ("in", "in"), 2: ("out", "out")}


class Passive(Component):
    Inboxes = ["inbox"]
    Outboxes = ["outbox"]

    def main(self):
        while True:
            self.pause()
            yield


class Boxes(RuleBasedStateMachine):
    """The model: a dictionary says where each box leads, and each inbox has a list."""

    def __init__(self) -> None:
        super().__init__()
        self.maker = Passive()
        self.components = [Passive() for _ in range(COUNT)]
        self.onward = {}
        self.links = {}
        self.items = {number: [] for number in range(COUNT)}
        self.limits = dict.fromkeys(range(COUNT))
        self.discarded = dict.fromkeys(range(COUNT), 0)
        self.sent = 0

    def end(self, box):
        """Return the last box of a chain."""
        while box in self.onward:
            box = self.onward[box]
        return box

    @rule(one=COMPONENTS, two=COMPONENTS, kind=st.sampled_from(sorted(KINDS)))
    def link(self, one, two, kind):
        sides = KINDS[kind]
        source, sink = (sides[0], one), (sides[1], two)
        waiting = self.items[one] if source[0] == "in" and source not in self.onward else []
        end = self.end(sink)
        room = (
            end[0] == "out"
            or self.limits[end[1]] is None
            or self.limits[end[1]] >= len(self.items[end[1]]) + len(waiting)
        )
        ends = tuple((self.components[n], f"{side}{'box'}") for side, n in (source, sink))
        if source in self.onward:
            expected = BoxAlreadyLinked
        elif end == source:
            expected = BadLink
        elif waiting and not room:
            expected = NoSpaceInBox
        else:
            expected = None
        try:
            link = self.maker.link(*ends, passthrough=kind)
        except (BoxAlreadyLinked, BadLink, NoSpaceInBox) as error:
            assert type(error) is expected
            return
        assert expected is None
        self.onward[source] = sink
        self.links[source] = link
        if waiting:
            assert end[0] == "in"
            self.items[end[1]] += waiting
            self.items[one] = []

    @rule(data=st.data())
    def unlink(self, data):
        if self.links:
            source = data.draw(st.sampled_from(sorted(self.links)))
            self.maker.unlink(linkage=self.links.pop(source))
            del self.onward[source]

    @rule(number=COMPONENTS)
    def send(self, number):
        self.sent += 1
        side, end = self.end(("out", number))
        full = side == "in" and self.limits[end] is not None and len(self.items[end]) >= self.limits[end]
        try:
            self.components[number].send(self.sent)
        except NoSpaceInBox as error:
            assert full
            assert (error.count, error.size) == (len(self.items[end]), self.limits[end])
            return
        assert not full
        if side == "in":
            self.items[end].append(self.sent)
        else:
            self.discarded[end] += 1

    @rule(number=COMPONENTS)
    def recv(self, number):
        _, end = self.end(("in", number))  # where it is, or at the end of the chain if it is passed through
        try:
            message = self.components[number].recv()
        except EmptyInbox:
            assert not self.items[end]
        else:
            assert message == self.items[end].pop(0)

    @rule(number=COMPONENTS, size=st.none() | st.integers(0, 3))
    def limit(self, number, size):
        self.components[number].set_inbox_size("inbox", size)
        self.limits[number] = size

    @invariant()
    def boxes_agree_with_the_model(self):
        for number, component in enumerate(self.components):
            assert list(component.inboxes["inbox"].contents) == self.items[number]
            assert component.data_ready() == len(self.items[number])
            assert component.outboxes["outbox"].discarded == self.discarded[number]
            side, end = self.end(("out", number))
            assert len(component.outboxes["outbox"]) == (len(self.items[end]) if side == "in" else 0)
            if ("in", number) not in self.onward:
                feeding = {n for n in range(COUNT) for s in ("out",) if self.end((s, n)) == ("in", number)}
                assert {self.components.index(feeder) for feeder in component.inboxes["inbox"].feeders} == feeding


TestBoxes = Boxes.TestCase
TestBoxes.settings = settings(max_examples=sampled(15, 60), stateful_step_count=40, deadline=None)


class ActiveBoxes(Boxes):
    """The same while the components are active in a lab that does not record, so that the fast paths are used."""

    def __init__(self) -> None:
        from kamlab import Lab

        super().__init__()
        self.lab = Lab(record=False)
        for component in self.components:
            component.activate(self.lab)
        self.lab.run()
        self.lab.scheduler.log = None

    @rule()
    def round(self):
        """End the round, in which fast paths close again."""
        self.lab.scheduler.end_round()

    def teardown(self) -> None:
        self.lab.stop()


TestActiveBoxes = ActiveBoxes.TestCase
TestActiveBoxes.settings = settings(max_examples=sampled(15, 60), stateful_step_count=40, deadline=None)
