"""How the panel looks and reads: roles, contrast, narrow pages, and texts that mean harm."""

from __future__ import annotations

from typing import Any

import pytest

from . import samples
from .themes import THEMES

#: The least ratio of luminance between text and what is behind it.
LEGIBLE = 4.5

#: Every text that is seen, with the ratio of its contrast. Colours are painted to be measured, whatever their notation.
CONTRASTS = """root => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    const painted = colours => {
        pen.clearRect(0, 0, 1, 1);
        for (const [colour, alpha] of colours) {
            pen.globalAlpha = alpha;
            pen.fillStyle = colour;
            pen.fillRect(0, 0, 1, 1);
        }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = rgb => {
        const [r, g, b] = rgb.map(each => {
            const share = each / 255;
            return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = element => {
        const found = [];
        for (let each = element; each; each = each.parentElement) {
            const style = getComputedStyle(each);
            if (each instanceof SVGElement) {
                // The name of a box stands on its component, not on the box.
                const owner = element.matches('.kamlab-boxname') && each.matches('.kamlab-ports')
                    && root.querySelector(`[data-node="${CSS.escape(each.dataset.of)}"] > .kamlab-body`);
                const own = each.matches('g') && !element.matches('.kamlab-boxname')
                    && each.querySelector(':scope > .kamlab-body, :scope > rect:not(.kamlab-ring)');
                const body = owner || own;
                if (body) {
                    const fill = getComputedStyle(body);
                    found.unshift([fill.fill, Number(fill.fillOpacity)]);
                }
            } else found.unshift([style.backgroundColor, 1]);
        }
        return [['white', 1], ...found];
    };
    const out = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.data.trim();
        if (!text || element.closest('title, .kamlab-visually-hidden') || !element.getClientRects().length) continue;
        const style = getComputedStyle(element);
        const behind = grounds(element);
        const ink = [element instanceof SVGElement ? style.fill : style.color, Number(style.opacity)];
        const [high, low] = [luminance(painted(behind)), luminance(painted([...behind, ink]))].sort((a, b) => b - a);
        out.push([text.slice(0, 40), Math.round(100 * (high + 0.05) / (low + 0.05)) / 100]);
    }
    return out;
}"""


FOUND = {"query": "x", "hits": [{"kind": "message", "text": "'x'", "key": "4", "step": 3, "event": None}], "more": 2}


def with_everything(values: Any) -> Any:
    """The same values, with all that a panel can have to say."""
    scene, now = values
    breaks = [{"id": 1, "text": "before Echo_4 runs", "key": "4"}]
    said = {"text": "Echo_4 took 'x'", "error": False, "reply": 0}
    return scene, {**now, "at": 7, "breaks": breaks, "said": said, "gone": "This lab was stopped."}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sample", ["pipeline", "nested"])
def test_every_text_is_legible(panel: Any, theme: str, sample: str) -> None:
    """Every text has a contrast of 4.5 or more in each of JupyterLab's themes, whatever the state."""
    poor: dict[str, float] = {}
    values = getattr(samples, sample)()
    view = panel(with_everything(values), theme=theme)
    view.button("Keys").click()
    for more in (
        {"at": None, "gone": "", "found": FOUND},
        {},
        {"gone": "", "said": {"text": "It failed.", "error": True, "reply": 0}},
        {"state": "finished"},
        {"state": "running"},
    ):
        view.push(**more)
        measured = view.root.evaluate(CONTRASTS)
        assert len(measured) > 30
        poor.update({text: ratio for text, ratio in measured if ratio < LEGIBLE})
    view.shoot(f"{sample}-{theme}")
    assert poor == {}


def test_roles_and_names(panel: Any) -> None:
    """The panel is a group with a name, its pieces are regions with headings, its controls have roles and names."""
    view = panel(samples.nested())
    assert view.page.get_by_role("group", name="kamlab panel", exact=True).count() == 1
    assert view.root.get_by_role("region", name="Graph", exact=True).count() == 1
    assert view.root.get_by_role("heading", name="Graph", exact=True).count() == 1
    view.menu()
    for name in ("Controls", "Components", "Selected component"):
        assert view.root.get_by_role("group", name=name, exact=True).count() == 1
    nameless = view.root.evaluate(
        """root => [...root.querySelectorAll('button, [role=button], input')]
            .filter(each => !(each.ariaLabel || each.textContent).trim()).map(each => each.outerHTML)"""
    )
    assert nameless == []


def test_the_focus_is_seen(panel: Any) -> None:
    """What has the focus by the keyboard has a ring; so have the components."""
    view = panel(samples.pipeline())
    view.button("Step").focus()
    view.press("Tab")
    assert view.button("Message").evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    view.node("3").focus()
    view.press("End")
    ring = view.node("5").locator(".kamlab-ring")
    assert float(ring.evaluate("each => parseFloat(getComputedStyle(each).strokeWidth)")) > 3
    assert ring.evaluate("each => getComputedStyle(each).stroke") != "none"


@pytest.mark.parametrize("width", [320, 500])
def test_a_narrow_page_needs_no_scrolling_sideways(panel: Any, width: int) -> None:
    """At half the width of a page and less nothing stands beyond the edge; the picture scrolls in its box."""
    view = panel(with_everything(samples.nested()), width=width, height=700)
    view.button("Keys").click()
    view.shoot(f"narrow-{width}")
    beyond = view.root.evaluate(
        """root => [...root.querySelectorAll('button, input, p, h3, dl, div.kamlab-gone, .kamlab-states')]
            .filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.outerHTML)"""
    )
    assert beyond == []
    assert view.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_texts_that_mean_harm_are_shown_as_text(panel: Any) -> None:
    """Names, words, reasons and messages that try to be markup are shown letter by letter, and no script runs."""
    scene, now = samples.hostile()
    view = panel((scene, now))
    view.push(
        step=13, graph={**now["graph"], "moves": [{**move, "n": move["n"] + 50} for move in now["graph"]["moves"]]}
    )
    view.click(view.button("Run"))
    view.drawn()
    assert view.page.evaluate("window.pwned") is None
    assert view.root.locator("img, script, b, style, svg [onload], [onerror]").count() == 0
    assert view.note() == samples.HOSTILE[1]
    names = view.root.locator("[data-node]").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert [name.startswith(text) for name, text in zip(names, samples.HOSTILE, strict=True)] == [True] * len(names)
    chips = view.root.locator(".kamlab-break > span").all_text_contents()
    assert chips == list(samples.HOSTILE)
    view.root.locator("[data-node]").nth(1).click(position={"x": 70, "y": 40})
    assert view.last() == {"do": "select", "key": scene["nodes"][1]["key"]}
    view.shoot("hostile")


def test_in_forced_colours_nothing_is_lost(panel: Any) -> None:
    """With the colours of the system (high contrast) texts stay legible and states keep their glyphs."""
    view = panel(samples.nested(), forced_colors="active")
    assert view.page.evaluate("() => matchMedia('(forced-colors: active)').matches")
    assert view.node("12").locator(".kamlab-glyph").is_visible()
    assert {text: ratio for text, ratio in view.root.evaluate(CONTRASTS) if ratio < LEGIBLE} == {}
    view.shoot("forced-colours")


def test_messages_on_their_way_look_like_messages(panel: Any) -> None:
    """Messages carry their short text along the links (a picture to be looked at)."""
    scene, now = samples.pipeline()
    view = panel((scene, now))
    moves = [{"n": 20, "way": ["3-4"], "text": "'tick 20'", "lost": False}]
    moves.append({"n": 21, "way": ["4-5"], "text": "", "lost": False})
    view.push(step=13, graph={**now["graph"], "moves": moves})
    view.page.evaluate(
        "() => document.getAnimations().filter(each => each.effect.target.matches('.kamlab-letter'))"
        ".forEach(each => { each.pause(); each.currentTime = 190; })"
    )
    assert view.root.locator(".kamlab-letter").all_text_contents() == ["'tick 20'", ""]
    view.shoot("moves")
