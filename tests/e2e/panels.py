"""A panel as the page shows it: found by roles and names, waited for by what it says of itself."""

from __future__ import annotations

from typing import Any

#: The buttons of every panel, by their accessible names; the last ones are in the menu.
BUTTONS = ("Step", "Message", "Round", "Back", "Run", "Pause", "Run to breakpoint", "Reset", "Stop")
MENU = ("Run to breakpoint", "Reset", "Stop", "Choose as next", "Break here", "Speed")
#: The pieces of a whole panel, by the names of their sections; all but the graph have a tab.
PIECES = ("Graph", "Timeline", "Inboxes", "Source", "Story", "Watch")


class Panel:
    """One panel of a page.

    Args:
        page: the browser's page.
        root: where its root element is.
    """

    def __init__(self, page: Any, root: Any) -> None:
        self.page = page
        self.root = root

    # -- what it says of itself -----------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The state that it shows."""
        return str(self.root.get_attribute("data-state"))

    @property
    def step(self) -> int:
        """The step that it shows the lab at."""
        return int(self.root.get_attribute("data-step"))

    @property
    def reply(self) -> str:
        """Which command was the last one carried out."""
        return str(self.root.get_attribute("data-reply"))

    def wait(self, state: str | None = None, step: int | None = None) -> Panel:
        """Wait until it shows this state, and this step."""
        wanted = {name: str(value) for name, value in (("state", state), ("step", step)) if value is not None}
        self.until("(root, wanted) => Object.keys(wanted).every(name => root.dataset[name] === wanted[name])", wanted)
        return self

    def until(self, condition: str, argument: Any = None) -> None:
        """Wait until a function of the root element, in JavaScript, is true."""
        self.root.wait_for()
        self.page.wait_for_function(
            f"([root, argument]) => ({condition})(root, argument)", arg=[self.root.element_handle(), argument]
        )

    # -- its parts --------------------------------------------------------------------------------------

    def button(self, name: str) -> Any:
        """Return a button by its name, after opening the menu that it is in."""
        place = self.menu() if name in MENU else self.root
        return place.get_by_role("button", name=name, exact=True)

    def menu(self) -> Any:
        """Return the menu, which is opened."""
        menu = self.root.get_by_role("dialog", name="More controls", include_hidden=True)
        if not menu.is_visible():
            self.root.get_by_role("button", name="More", exact=True).click()
        return menu

    def piece(self, name: str) -> Any:
        """Return one of its pieces, by the name of its section, after opening its tab."""
        menu = self.root.get_by_role("dialog", name="More controls")
        if menu.is_visible():
            self.root.get_by_role("button", name="More", exact=True).click()
        tab = self.root.get_by_role("tab", name=name, exact=True)
        if tab.count() and tab.get_attribute("aria-selected") != "true":
            tab.click()
        return self.root.locator(f"section[aria-label='{name}']")

    def node(self, name: str) -> Any:
        """Return a component of the graph, by the first word of its name."""
        return self.piece("Graph").locator(f"g[data-node][aria-label^='{name}']")

    def chips(self, name: str = "") -> Any:
        """Return the messages that wait, or those whose text contains this."""
        chips = self.piece("Inboxes").locator("[data-message]")
        return chips.filter(has_text=name) if name else chips

    def can(self, name: str) -> bool:
        """Return whether a button can be used now."""
        return self.button(name).get_attribute("aria-disabled") != "true"

    # -- using it -----------------------------------------------------------------------------------------

    def click(self, name: str) -> Panel:
        """Click a button and wait until the kernel has carried out what it says."""
        return self.answered(self.button(name).click)

    def answered(self, act: Any) -> Panel:
        """Do something that sends a command, and wait until it was carried out."""
        before = self.reply
        act()
        self.until("(root, before) => root.dataset.reply !== before", before)
        return self

    def select(self, name: str) -> Panel:
        """Select a component of the graph, by the first word of its name; a container may lie under its parts."""
        return self.answered(lambda: self.node(name).first.press("Enter"))

    def scrub(self, step: int) -> Panel:
        """Look at a step, by the slider at the foot."""
        slider = self.root.get_by_label("Step looked at")
        return self.answered(lambda: slider.evaluate(_SET_RANGE, step))


_SET_RANGE = """(slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    slider.dispatchEvent(new Event('change', {bubbles: true}));
}"""
