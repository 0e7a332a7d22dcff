"""The four recipes with their panels, on the simulated network: as they are pasted, in both themes.

With KAMLAB_SHOTS set to a folder the pictures are kept there, to be looked at.
"""

from __future__ import annotations

from typing import Any

import pytest

from sampling import sampled

pytestmark = pytest.mark.browser

#: What is pasted, by the names of the files in tests/listings, and what is done to it until there is something to see.
RECIPES = {
    "01-time-server": (
        ("time_server",),
        "anna, ben = lab.network.dial(1500), lab.network.dial(1500)\n"
        "_ = lab.run(until=lambda lab: anna.received and ben.received, timeout=20)\n"
        "_ = lab.step_message()\n",
    ),
    "02-relay": (
        ("page_imports", "relay"),
        "source = lab.network.serve('foo.bar.com', 1600)\n"
        "_ = lab.run(until=lambda lab: source.peers, timeout=20)\n"
        "anna, ben = lab.network.dial(1600), lab.network.dial(1600)\n"
        "_ = lab.run(max_steps=60)\n"
        "source.peers[0].send('The quick brown fox\\n')\n"
        "for _ in range(2): happened = lab.step_message()\n",
    ),
    "03-aggregating-logger": (
        ("page_imports", "logger"),
        "anna, ben = lab.network.dial(1500), lab.network.dial(1500)\n"
        "anna.send('Anna: one\\nAnna: tw'); ben.send('Ben: one\\n')\n"
        "_ = lab.run(max_steps=60)\n"
        "anna.send('o\\n')\n"
        "for _ in range(3): happened = lab.step_message()\n",
    ),
    "04-logger-and-relay": (
        ("page_imports", "logger", "logger_relay"),
        "anna, rita, rob = lab.network.dial(1500), lab.network.dial(1501), lab.network.dial(1501)\n"
        "_ = lab.run(max_steps=80)\n"
        "anna.send('Anna: hello\\n')\n"
        "for _ in range(4): happened = lab.step_message()\n",
    ),
}
#: Large enough for a whole panel.
LARGE = {"width": 1400, "height": 3400}


@pytest.mark.parametrize("name", sampled(["04-logger-and-relay"], list(RECIPES)))
def test_a_recipe_with_its_panel(desk: Any, listing: Any, name: str) -> None:
    """Each recipe of the page, pasted unchanged and driven a little, is shown by its panel, in both themes."""
    files, drive = RECIPES[name]
    desk.page.set_viewport_size(LARGE)
    panel = desk.show("%%kamlab --paused --virtual\n" + listing(*files)).wait("new", 0)
    desk.notebook.do(drive)
    panel.wait("paused", desk.notebook.value("lab.step_number"))
    assert panel.step > 10
    assert panel.piece("Graph").locator("g[data-node]").count() > 3
    panel.select("SimpleServer")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        desk.notebook.theme(theme)
        desk.notebook.shoot(f"{name} {theme.split()[-1].lower()}", panel.root)
    desk.notebook.theme("JupyterLab Light")
    assert panel.root.locator(".kamlab-broken").count() == 0
