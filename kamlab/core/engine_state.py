"""What the engine knows of a microprocess, for the other packages to read.

The engine's own attributes begin with an underscore, because a user's class may have a ``state``, an ``error`` or a
``parent`` of its own, which hides the public attribute. These functions read past it. They are made of
``operator.attrgetter``, so that a call costs no more than the attribute. Only the engine sets these attributes.

>>> from kamlab import Component
>>> class Patient(Component):
...     state = "feverish"
>>> Patient().state, life_of(Patient())
('feverish', 'new')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .box import Inbox, Outbox
    from .component import Component

#: The state as the engine distinguishes it, one of :mod:`.states`; ``Scheduler.state_of`` returns the one to show.
life_of: Callable[[Any], str] = attrgetter("_life")
#: The scheduler that it was activated in, or ``None``.
scheduler_of: Callable[[Any], Any] = attrgetter("_scheduler")
#: Its place in the order of activation, from 1 on; 0 before activation.
number_of: Callable[[Any], int] = attrgetter("_number")
#: The error that it failed with, or ``None``.
engine_error_of: Callable[[Any], Any] = attrgetter("_error")
#: Its generator, or what stands for it before the first slice.
engine_flow_of: Callable[[Any], Any] = attrgetter("_flow")
#: The microprocess that runs in its place while it waits for a generator, or ``None``.
delegate_of: Callable[[Any], Any] = attrgetter("_delegate")
#: The microprocess that waits for this one to end, or ``None``.
awaiter_of: Callable[[Any], Any] = attrgetter("_awaited_by")
#: The record of its end, or ``None``.
end_record_of: Callable[[Any], Any] = attrgetter("_end_record")
#: Leads to the component that activated it, as long as that exists; or ``None``.
home_of: Callable[[Any], Any] = attrgetter("_home")
#: The inboxes, and the outboxes, of a component that exist so far, by name.
made_inboxes_of: Callable[[Any], Mapping[Any, Inbox]] = attrgetter("_in")
made_outboxes_of: Callable[[Any], Mapping[Any, Outbox]] = attrgetter("_out")
#: The component that contains it, or ``None``; and those that it contains.
parent_of: Callable[[Any], Any] = attrgetter("_parent")
children_of: Callable[[Any], list[Component]] = attrgetter("_children")
#: The links that a component made, or ``None``.
switchboard_of: Callable[[Any], Any] = attrgetter("_switchboard")
