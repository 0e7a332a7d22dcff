"""Inboxes: what waits, the whole of a message, and hands that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import samples

pytestmark = pytest.mark.browser

Show = Callable[..., Any]
HANDS: dict[str, dict[str, Any]] = {
    "Deliver next": {"do": "next"},
    "Move up": {"do": "move", "to": 0},
    "Move down": {"do": "move", "to": 2},
    "Duplicate": {"do": "duplicate"},
    "Drop": {"do": "drop"},
}


@pytest.fixture
def opened(show: Show) -> Any:
    """A panel in which the second message of Echo_7 is open, and its chip has the focus."""
    view = show(samples.now(), "inboxes")
    view.chip("7.inbox.1").click()
    view.answer(payload=samples.payload(1))
    return view


def test_the_selected_component_comes_first(show: Show) -> None:
    """The selected component is the first card, is said to be pressed, and the others keep their order."""
    view = show(samples.now(selected="8"), "inboxes")
    heads = view.root.locator(".kamlab-card-head")
    assert [text.split("_")[0] for text in heads.all_text_contents()] == [
        "Sink",
        "TimeTick",
        "Echo",
        "Logger",
        "Broken",
    ]
    assert [head.get_attribute("aria-pressed") for head in heads.all()] == ["true", *["false"] * 4]


def test_a_head_selects_and_keeps_the_focus(show: Show) -> None:
    """A component's head is a button that selects it; when its card moves to the front the focus goes with it."""
    view = show(samples.now(), "inboxes")
    view.root.get_by_role("button", name="Logger_9").press("Enter")
    assert view.last() == {"do": "select", "key": "9"}
    view.answer(selected="9")
    assert "Logger_9" in view.focused()


def test_counts_are_said_with_their_limits(show: Show) -> None:
    """An inbox says how many messages wait, of how many there is room for, and stands out when it is full."""
    view = show(samples.now(), "inboxes")
    assert view.root.get_by_role("group", name="inbox of Echo_7: 3 of 10", exact=True).count() == 1
    full = view.root.get_by_role("group", name="inbox of Sink_8: 10 of 10, full", exact=True)
    assert full.get_attribute("data-full") == "true"
    assert "and 4 more" in full.inner_text()
    assert view.root.get_by_role("group", name="control of Echo_7: empty", exact=True).count() == 1


def test_chips_have_kinds_in_their_names(show: Show) -> None:
    """The name of a chip says what kind of message it is and where it stands, and its text is all of its text."""
    view = show(samples.now(), "inboxes")
    names = [
        message.get_attribute("aria-label")
        for message in view.root.locator("[data-inbox='7.inbox'] .kamlab-message").all()
    ]
    assert names[0] == "text 'hello', message 1 of 3"
    assert names[1].startswith("bytes b'")
    assert names[2].startswith("object Reading(")


def test_losses_failures_and_printed_lines_are_told(show: Show) -> None:
    """What was lost is told with its outboxes, failures with their errors, and of printed lines the last eight."""
    view = show(samples.now(), "inboxes")
    text = view.piece("inboxes").inner_text()
    assert "Lost: 3 from outbox, 1 from signal" in text
    assert "ValueError: out of paper" in text
    assert view.root.locator(".kamlab-lines li").all_text_contents() == [f"TimeTick_3 tick {n}" for n in range(4, 12)]
    assert "and 2 more inboxes" in text


def test_a_chip_opens_its_message_under_its_inbox(opened: Any) -> None:
    """A click on a chip asks for the message, which is then shown in that inbox; the chip says that it is open."""
    assert opened.last() == {"do": "open", "key": "7", "box": "inbox", "index": 1}
    detail = opened.root.locator("[data-inbox='7.inbox'] .kamlab-payload")
    assert "Message 2 of 3 in Echo_7.inbox: text, 5 characters" in detail.inner_text()
    assert detail.locator("pre").inner_text() == "hello"
    assert opened.chip("7.inbox.1").get_attribute("aria-expanded") == "true"
    assert opened.page.locator(f"#{opened.chip('7.inbox.1').get_attribute('aria-controls')}").count() == 1
    opened.chip("7.inbox.1").click()
    assert opened.last() == {"do": "close"}


@pytest.mark.parametrize("name", HANDS)
def test_each_hand_sends_its_command(opened: Any, name: str) -> None:
    """Each act on a message sends its command with the place of the message."""
    opened.button(name).click()
    assert opened.last() == {"key": "7", "box": "inbox", "index": 1, **HANDS[name]}


@pytest.mark.parametrize("name", [*HANDS, "Edit"])
def test_each_hand_says_why_it_cannot(opened: Any, name: str) -> None:
    """While hands are not allowed each act is greyed and says why, in its description and when it is clicked."""
    why = "The lab is running: pause it first."
    opened.push(can={**samples.head()["can"], "edit": why})
    count = len(opened.sent())
    button = opened.button(name)
    assert (button.get_attribute("aria-disabled"), button.get_attribute("aria-description")) == ("true", why)
    button.click(force=True)
    opened.drawn()
    assert (len(opened.sent()), opened.note().strip()) == (count, why)


def test_the_ends_of_an_inbox(show: Show) -> None:
    """The first message cannot move up, nor the last down, and a message in a thread's hands nowhere."""
    view = show(samples.now(payload=samples.payload(0)), "inboxes")
    assert "first one" in view.button("Move up").get_attribute("title")
    view.push(payload=samples.payload(2))
    assert "last one" in view.button("Move down").get_attribute("title")
    looks = samples.inboxes()
    looks["components"][1]["inboxes"][0]["held"] = 3
    view.push(inboxes=looks)
    assert "thread of Echo_7" in view.button("Drop").get_attribute("title")


def test_focus_after_drop_and_close(opened: Any) -> None:
    """When the open message goes, the focus in it goes to the next chip, or to the inbox if none is left."""
    opened.button("Drop").click()
    looks = samples.inboxes()
    box = looks["components"][1]["inboxes"][0]
    box.update(n=2, messages=[box["messages"][0], box["messages"][2]])
    opened.answer(payload=None, inboxes=looks)
    assert opened.focused() == "7.inbox.1"
    opened.push(payload=samples.payload(0))
    opened.button("Drop").focus()
    box.update(n=0, messages=[])
    opened.push(payload=None, inboxes=looks)
    assert opened.focused() == "7.inbox"


def test_focus_after_close(opened: Any) -> None:
    """Closing gives the focus back to the chip."""
    opened.button("Close").press("Enter")
    assert opened.last() == {"do": "close"}
    opened.answer(payload=None)
    assert opened.focused() == "7.inbox.1"


def test_a_chip_that_was_clicked_keeps_the_focus(opened: Any) -> None:
    """Opening a message leaves the focus on its chip, from which Tab leads on."""
    assert opened.focused() == "7.inbox.1"


def test_editing(opened: Any) -> None:
    """Edit opens a field with the literal; Enter sends it; it closes once that is done, or tells why not."""
    opened.button("Edit").click()
    field = opened.root.get_by_role("textbox", name="New message")
    assert field.input_value() == "'hello'"
    assert opened.focused() == "New message"
    field.fill("oh no")
    field.press("Enter")
    assert opened.last() == {"do": "edit", "key": "7", "box": "inbox", "index": 1, "text": "oh no"}
    opened.answer("'oh no' is no Python value", error=True)
    assert field.input_value() == "oh no"
    assert "is no Python value" in opened.root.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
    field.fill("'oh'")
    opened.button("Save").click()
    opened.answer("changed", payload=samples.payload(1, text="oh", literal="'oh'"))
    assert not field.is_visible()


def test_escape_cancels_editing_and_then_closes(opened: Any) -> None:
    """Escape in the field gives the editing up and goes back to Edit; Escape there closes the message."""
    opened.button("Edit").click()
    opened.page.keyboard.press("Escape")
    assert opened.focused() == "Edit"
    opened.page.keyboard.press("Escape")
    assert opened.last() == {"do": "close"}


def test_what_has_no_literal_begins_empty(show: Show) -> None:
    """A message that cannot be written down is edited from an empty field, with a word on what to write."""
    view = show(samples.now(payload=samples.payload(literal=None)), "inboxes")
    view.button("Edit").click()
    assert view.root.get_by_role("textbox", name="New message").input_value() == ""
    assert "write a Python value" in view.piece("inboxes").inner_text()


def test_drafts_survive_drawing(opened: Any) -> None:
    """What is being written stays when the picture changes, focus and cursor as well."""
    opened.button("Edit").click()
    opened.page.keyboard.type("'half a th")
    for step in range(3):
        opened.push(step=41 + step, inboxes=samples.inboxes(printed=[{"name": "A", "text": str(step), "error": False}]))
    opened.page.keyboard.type("ought'")
    assert opened.root.get_by_role("textbox", name="New message").input_value() == "'half a thought'"
    field = opened.root.get_by_role("textbox", name="Message to put in")
    field.fill("42")
    opened.push(selected="8")
    assert field.input_value() == ""
    opened.push(selected="7")
    assert field.input_value() == "42"


def test_another_message_is_not_changed_instead(opened: Any) -> None:
    """When another message comes to lie where the edited one was, the draft is kept and cannot be saved."""
    opened.button("Edit").click()
    opened.page.keyboard.type("1")
    opened.push(payload=samples.payload(1, text="other", literal="'other'"))
    assert opened.button("Save").get_attribute("aria-disabled") == "true"
    opened.page.keyboard.press("Enter")
    assert opened.sent("edit") == []
    assert "not here any more" in opened.piece("inboxes").inner_text()
    assert opened.root.get_by_role("textbox", name="New message").input_value() == "1"


def test_putting_a_message_in(show: Show) -> None:
    """A message is put into the inbox that is chosen; the field is emptied when that is done, and not before."""
    view = show(samples.now(), "inboxes")
    view.root.get_by_role("combobox", name="Inbox").select_option("control")
    field = view.root.get_by_role("textbox", name="Message to put in")
    field.fill("[1, 2]")
    view.button("Put in").click()
    assert view.last() == {"do": "inject", "key": "7", "box": "control", "text": "[1, 2]"}
    assert field.input_value() == "[1, 2]"
    view.answer()
    assert field.input_value() == ""
    view.button("Put in").click()
    assert len(view.sent("inject")) == 1
    assert "Write the message first" in view.piece("inboxes").inner_text()


def test_without_a_selected_component(show: Show) -> None:
    """Where none is selected, that is what is said instead of the form."""
    view = show(samples.now(selected=""), "inboxes")
    assert "Select a component to put a message" in view.piece("inboxes").inner_text()
    assert not view.button("Put in").is_visible()


def test_bytes_have_a_tab_of_hex(show: Show) -> None:
    """Bytes are shown as text or in hex, by tabs that arrow keys change; parts are a table."""
    blob = samples.payload(
        1, kind="bytes", text="b'GET'", hex="0000  47 45 54", parts=[["verb", "'GET'"]], more=3, cut=True
    )
    view = show(samples.now(payload=blob), "inboxes")
    view.root.get_by_role("tab", name="Text").press("ArrowRight")
    assert view.root.get_by_role("tab", name="Hex").get_attribute("aria-selected") == "true"
    assert view.root.get_by_role("region", name="Bytes of the message in hex").inner_text() == "0000  47 45 54"
    assert view.root.get_by_role("row", name="verb 'GET'").count() == 1
    text = view.piece("inboxes").inner_text()
    assert "and 3 more parts" in text
    assert "Only the beginning is shown." in text


def test_a_long_text_scrolls_in_its_own_box(show: Show) -> None:
    """However long a message is, it takes no more room than its box, which the keyboard can scroll."""
    view = show(samples.now(payload=samples.payload(text="line\n" * 900)), "inboxes")
    box = view.root.get_by_role("region", name="Text of the message")
    assert box.evaluate("node => node.clientHeight < 300 && node.scrollHeight > 3000 && node.tabIndex === 0")
    box.focus()
    view.page.keyboard.press("PageDown")
    view.page.wait_for_function("() => document.querySelector('.kamlab-payload-text').scrollTop > 0")
    view.page.keyboard.press("ArrowRight")
    assert view.sent() == []


def test_a_message_whose_inbox_is_not_shown(show: Show) -> None:
    """An open message is shown even where there was no room for its component."""
    looks = samples.inboxes()
    looks["components"] = looks["components"][2:]
    view = show(samples.now(payload=samples.payload(), inboxes=looks), "inboxes")
    assert view.root.locator(".kamlab-payload").is_visible()


def test_an_opened_message_is_followed_and_no_longer(show: Show) -> None:
    """The opened message has a button that follows it by its place, and one that ends that."""
    view = show(samples.now(payload=samples.payload()), "inboxes")
    view.button("Follow").click()
    assert view.last() == {"do": "follow", "key": "7", "box": "inbox", "index": 0}
    view.answer(following=181, payload=samples.payload(followed=True))
    view.button("Stop following").click()
    assert view.last() == {"do": "follow", "event": None}
