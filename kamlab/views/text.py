"""Views as text: for terminals, for tests, and for a notebook that is read as plain text."""

from __future__ import annotations

from .inboxes import ComponentLook, Inboxes, InboxLook


def as_text(view: Inboxes) -> str:
    """Return the inboxes of a lab as lines of text, one component after the other.

    Inboxes with something in them have a line each; empty ones share one. What is full or lost is in capitals.
    """
    lines = [headline(view)]
    names = max((len(each.label) for each in view.components), default=0)
    states = max((len(each.state) for each in view.components), default=0)
    for component in view.components:
        begin = f"  {component.label:<{names}}  {component.state:<{states}}  "
        for text in _lines_of(component):
            lines.append((begin + text).rstrip())
            begin = " " * len(begin)
    if view.more:
        lines.append(f"  and {counted(view.more, 'more component')}")
    lines += [f"  {name} failed: {error}" for name, error in view.failures]
    if view.more_failures:
        lines.append(f"  and {view.more_failures} failed before")
    if view.printed:
        lines.append("printed:")
        lines += [f"  {line.name}: {line.text}" for line in view.printed]
    return "\n".join(lines)


def headline(view: Inboxes) -> str:
    """Say in one line how the lab stands."""
    return f"{view.state} at step {view.step}, {counted(len(view.components) + view.more, 'component')}"


def counted(number: int, thing: str) -> str:
    """Write a number of things.

    >>> counted(1, "message"), counted(3, "message")
    ('1 message', '3 messages')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _lines_of(component: ComponentLook) -> list[str]:
    lines = [_inbox(box) for box in component.inboxes if box.length or box.full]
    empty = [f"{box.name} {box.count}" for box in component.inboxes if not (box.length or box.full)]
    if component.more:
        empty.append(f"and {counted(component.more, 'more inbox').replace('inboxs', 'inboxes')}")
    if empty:
        lines.append(", ".join(empty))
    if component.remark or component.say:
        lines.append(f"({component.remark or component.say})")
    lines += [f"{name} leads nowhere: {counted(lost, 'message')} LOST" for name, lost in component.discarded]
    return lines or [""]


def _inbox(box: InboxLook) -> str:
    more = f", and {box.more} more" if box.more else ""
    count = f"{box.count.removesuffix('full')}FULL" if box.full else box.count
    return f"{box.name} {count}: {', '.join(box.messages)}{more}".removesuffix(": ")
