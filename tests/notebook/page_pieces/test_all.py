"""What holds for every piece: no control is silent, nothing that is shown can do anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sampling import sampled

from . import samples

pytestmark = pytest.mark.browser

Show = Callable[..., Any]
CONTROLS = ".kamlab-piece button, .kamlab-piece g[role=button]"
#: What a click may do instead of sending or saying something: change what this view alone shows.
LOCAL = ("Edit", "Text", "Hex", "Cancel", "Newest")


def everything(**changes: Any) -> dict[str, Any]:
    """Return the sample with a message open."""
    return samples.now(payload=samples.payload(1, kind="bytes", hex="0000  00"), **changes)


def hostile(value: Any) -> Any:
    """Return the same values with a text that wants to be markup in every place that shows one."""
    if isinstance(value, dict):
        kept = ("key", "state", "kind", "do", "fate", "d", "tip", "density", "counts")
        return {name: item if name in kept else hostile(item) for name, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return samples.EVIL + value if isinstance(value, str) else value


@pytest.mark.parametrize("allowed", [True, "This is why."], ids=["all allowed", "nothing allowed"])
def test_no_control_is_silent(show: Show, allowed: Any) -> None:
    """Every control sends a command, or says why not, whether all is allowed or nothing."""
    view = show(everything(can=dict.fromkeys(samples.COMMANDS, allowed)))
    silent = view.page.evaluate(
        """async ([selector, local]) => {
            const silent = [];
            const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            for (const control of document.querySelectorAll(selector)) {
                if (!control.checkVisibility()) continue;
                const notes = document.querySelectorAll('.kamlab-note');
                const note = () => [...notes].map(each => each.textContent).join('');
                const [before, opened] = [sent.length, control.getAttribute('aria-expanded')];
                model.set('now', {...model.get('now'), said: {text: '', error: false, reply: before}});
                await drawn();
                control.dispatchEvent(new MouseEvent('click', {bubbles: true}));
                await drawn();
                const name = control.getAttribute('aria-label') || control.textContent;
                if (control.getAttribute('aria-expanded') !== opened) continue;  // it opened something
                if (sent.length === before && !note() && !local.includes(name)) silent.push(name);
            }
            return silent;
        }""",
        [CONTROLS, LOCAL],
    )
    assert silent == []


def test_every_control_has_a_name(show: Show) -> None:
    """Everything that can be pressed or filled in has an accessible name."""
    view = show(everything())
    nameless = view.page.evaluate(
        """selector => [...document.querySelectorAll(selector + ', .kamlab-piece input, .kamlab-piece select')]
            .filter(each => !(each.getAttribute('aria-label') || each.textContent).trim())
            .map(each => each.outerHTML)""",
        CONTROLS,
    )
    assert nameless == []


def test_sections_have_names_and_headings(show: Show) -> None:
    """Each piece is a region with its name and a heading."""
    view = show(everything())
    for name in ("Inboxes", "Source", "Timeline", "Story"):
        region = view.root.get_by_role("region", name=name, exact=True)
        assert region.get_by_role("heading", name=name, exact=True).count() == 1


def test_hostile_texts_are_texts(show: Show) -> None:
    """Markup, scripts, marks that turn the writing direction and lone surrogates are shown as text, and run nowhere."""
    values = everything(timeline=samples.timeline(event=181, before=[101], after=[192]))
    view = show(
        {
            **values,
            **{name: hostile(values[name]) for name in ("inboxes", "payload", "source", "timeline", "tree", "story")},
        }
    )
    assert samples.EVIL in view.root.locator(".kamlab-payload-text").inner_text()
    odd = "\u202edrow \x00\x1b[31m\u2028</script>"
    view.push(
        payload=samples.payload(1, text=odd),
        story=samples.story(items=[samples.item(1, 1, "<b>", odd)], kinds={"<b>": 1}),
    )
    view.page.evaluate(
        "() => model.set('now', {...model.get('now'), source: {name: '\\ud800', lines: ['\\udc00'], first: 1, at: 1}})"
    )
    view.drawn()
    assert view.page.evaluate(
        "() => [window.pwned, document.querySelectorAll('.kamlab-panel img, .kamlab-panel script').length]"
    ) == [None, 0]
    assert view.root.locator(".kamlab-broken").count() == 0


def test_an_unchanged_picture_is_not_touched(show: Show) -> None:
    """When the same values come again nothing in the pieces changes; when one message comes, little does."""
    view = show(samples.large(0))
    view.page.evaluate(
        """() => {
            window.changes = 0;
            const watch = new MutationObserver(list => window.changes += list.length);
            for (const piece of document.querySelectorAll('.kamlab-piece')) {
                watch.observe(piece, {subtree: true, childList: true, attributes: true, characterData: true});
            }
        }"""
    )
    again = samples.large(0)
    view.push(**again)
    assert view.page.evaluate("() => window.changes") == 0
    again["inboxes"]["components"][50]["inboxes"][0]["messages"].append(samples.message("'new'"))
    view.push(**again)
    assert 0 < view.page.evaluate("() => window.changes") < 20


def test_a_long_run_leaves_nothing_behind(show: Show) -> None:
    """However long a run goes on, the page holds no more elements than the picture has."""
    view = show(samples.large(0))
    count = "() => document.querySelectorAll('.kamlab-panel *').length"
    for turn in range(1, sampled(4, 9)):
        view.push(**samples.large(turn))
    before = view.page.evaluate(count)
    for turn in range(9, sampled(14, 25)):
        view.push(**samples.large(turn))
    assert view.page.evaluate(count) < before * 1.05
    view.page.evaluate("() => end()")
    assert view.page.evaluate("() => document.querySelectorAll('.kamlab-panel').length") == 0


def test_pieces_that_python_does_not_send_are_not_shown(show: Show) -> None:
    """A piece without its part of the values is not shown, and comes when it comes."""
    view = show(samples.head())
    assert view.root.locator(".kamlab-broken").count() == 0
    assert not view.piece("story").is_visible()
    view.push(**json.loads(json.dumps(samples.now())))
    assert view.piece("story").is_visible()


def test_texts_can_be_read(show: Show) -> None:
    """In both themes every text stands out from what is behind it by a contrast of 4.5 at least."""
    for theme in ("light", "dark"):
        view = show(everything(timeline=samples.timeline(event=181, before=[101])), theme=theme)
        poor = view.page.evaluate(
            """() => {
                const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
                const rgb = (color, below) => {
                    paint.fillStyle = below ? `rgb(${below})` : 'white'; paint.fillRect(0, 0, 1, 1);
                    paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
                    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
                };
                const light = color => color.map(each => each / 255)
                    .map(each => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4)
                    .reduce((sum, each, index) => sum + each * [.2126, .7152, .0722][index], 0);
                const behind = node => {
                    const chain = [];
                    for (; node; node = node.parentElement) chain.unshift(getComputedStyle(node).backgroundColor);
                    return chain.reduce((below, color) => rgb(color, below), null);
                };
                const poor = [];
                const walk = document.createTreeWalker(document.querySelector('.kamlab-pieces'), NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) {
                    const node = walk.currentNode.parentElement;
                    if (!walk.currentNode.textContent.trim() || !node.checkVisibility()) continue;
                    if (node.closest('option, title, [aria-disabled=true]')) continue;
                    const below = behind(node);
                    const style = getComputedStyle(node);
                    const color = rgb(node.namespaceURI.endsWith('svg') ? style.fill : style.color, below);
                    const [one, other] = [light(color), light(below)].sort((a, b) => b - a);
                    const contrast = (one + .05) / (other + .05);
                    const name = node.className.baseVal ?? node.className;
                    if (contrast < 4.5) poor.push([name, node.textContent.slice(0, 20), contrast.toFixed(2)]);
                }
                return poor;
            }"""
        )
        assert (theme, poor) == (theme, [])
