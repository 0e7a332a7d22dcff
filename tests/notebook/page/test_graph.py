"""The graph in a bare page: what it shows of a system, and what can be done in it."""

from __future__ import annotations

from typing import Any

import pytest

from . import samples

COUNT_LETTERS = """() => {
    window.letters = [];
    new MutationObserver(all => {
        for (const each of all) for (const node of each.addedNodes)
            if (node.matches?.('.kamlab-letter')) window.letters.push(Number(node.dataset.move));
    }).observe(document.body, {subtree: true, childList: true});
}"""


def move(number: int, *way: str, **more: Any) -> dict[str, Any]:
    """A message on its way."""
    return {"n": number, "way": list(way), "text": f"'tick {number}'", "lost": False, **more}


def letters(view: Any) -> list[int]:
    """Which messages have travelled, by their numbers."""
    view.drawn()
    return list(view.page.evaluate("window.letters"))


def texts(view: Any, key: str) -> str:
    """What is written on a node."""
    return " ".join(view.node(key).locator("text").all_text_contents())


# -- what is shown


def test_components_are_buttons_with_names(panel: Any) -> None:
    """Each component is a button named by its label, state and what waits; the rest describes it."""
    view = panel(samples.pipeline())
    names = ["Source_3, runnable", "Echo_4, blocked, inbox 3", "Sink_5, waiting, inbox 2"]
    for name in names:
        assert view.button(name).count() == 1
    assert view.node("3").get_attribute("aria-description") == "can run, runs next"
    about = view.node("5").get_attribute("aria-description")
    assert "inbox is full (2 of 2)" in about
    assert "4 lost from outbox" in about


def test_states_differ_by_more_than_colour(panel: Any) -> None:
    """Each state has a glyph of its own and stands in words on the component."""
    view = panel(samples.nested())
    states = {key: view.node(key).get_attribute("data-state") for key in ("3", "4", "10", "11", "12", "13", "14")}
    states["blocked"] = "blocked"
    glyphs = [view.node(key).locator(".kamlab-glyph").get_attribute("d") for key in states if key != "blocked"]
    view.push(graph={"nodes": {"3": samples.look("blocked", "waits for room")}, "links": {}, "moves": []})
    glyphs.append(view.node("3").locator(".kamlab-glyph").get_attribute("d"))
    assert len(set(states.values())) == len(set(glyphs)) == 8
    assert "waits for room" in texts(view, "3")


def test_what_waits_is_shown_in_the_boxes(panel: Any) -> None:
    """The first messages are chips beside the inbox's name, the rest is counted; full and lost are said in words."""
    view = panel(samples.pipeline())
    box = view.root.locator("[data-of='4'] [data-box=inbox]")
    assert box.locator(".kamlab-portcount").text_content() == "3"
    nodes = {"4": samples.look("waiting", "", 5, chips={"inbox": ["'a'", "<b>", "'" + "c" * 30 + "'"]})}
    nodes["3"] = samples.look("waiting", "", 8, limit=8, lost={"outbox": 4})
    nodes["5"] = samples.look("waiting", "", 0, lost={"outbox": 24}, unheard=["outbox"])
    view.push(graph={"nodes": nodes, "links": {}, "moves": []})
    chips = box.locator(".kamlab-chip").all_text_contents()
    assert chips[0] == "'a'"
    assert box.locator(".kamlab-portcount").text_content() == f"+{5 - len(chips)}"
    full = view.root.locator("[data-of='3'] [data-box=inbox]")
    assert full.locator(".kamlab-tag-full").text_content() == "8/8"
    assert "kamlab-full" in full.get_attribute("class")
    assert view.root.locator("[data-of='3'] [data-box=outbox] .kamlab-tag-lost").text_content() == "4 lost"
    unheard = view.root.locator("[data-of='5'] [data-box=outbox]")
    assert unheard.locator(".kamlab-boxname").text_content() == "24 not subscribed"
    assert unheard.locator(".kamlab-tag").count() == 0


def test_nothing_in_a_component_runs_over_anything_else(panel: Any) -> None:
    """However long the messages, names and words, the texts of a component neither overlap nor leave it."""
    scene, now = samples.pipeline()
    scene["nodes"][0].update(name="a_very_long_name_of_a_component", kind="AndAClassToGoWithIt")
    looks = {
        node["key"]: samples.look(
            "failed", "ValueError: " + "x" * 80, count, limit=limit, chips={"inbox": ["'" + "m" * 40 + "'", "1", "2"]}
        )
        for node, count, limit in zip(scene["nodes"], (1, 5000, 9), (None, None, 9), strict=True)
    }
    view = panel((scene, {**now, "graph": {**now["graph"], "nodes": looks}}))
    overlaps = view.root.evaluate(
        """root => [...root.querySelectorAll('.kamlab-node')].flatMap(node => {
            const ports = root.querySelector(`[data-of="${node.dataset.node}"]`);
            const body = node.querySelector('.kamlab-body').getBoundingClientRect();
            const texts = [...node.querySelectorAll(':scope > text'), ...ports.querySelectorAll('text')]
                .filter(text => text.textContent).map(text => [text.textContent, text.getBoundingClientRect()]);
            const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                && a.top < b.bottom - 2 && b.top < a.bottom - 2;
            return texts.flatMap(([one, a], place) => [
                ...(a.left < body.left || a.right > body.right + 1 ? [`${one} leaves`] : []),
                ...texts.slice(place + 1).filter(([, b]) => over(a, b)).map(([other]) => `${one} over ${other}`)]);
        })"""
    )
    assert overlaps == []


def test_the_users_names_are_drawn(panel: Any) -> None:
    """The name that the user gave is drawn with the class beside it; where the name is the class, that stands once."""
    scene, now = samples.pipeline()
    scene["nodes"][0].update(name="logger")
    scene["nodes"][1].update(name="Echo")
    view = panel((scene, now))
    assert view.node("3").locator(".kamlab-label").text_content() == "logger"
    assert view.node("3").locator(".kamlab-kind").text_content() == "Source"
    assert view.node("4").locator(".kamlab-label").text_content() == "Echo"
    assert view.node("4").locator(".kamlab-kind").text_content() == ""


def test_a_deadlock_is_drawn_in_red(panel: Any) -> None:
    """Those that wait for each other are red, and the links from one to the next; without a link a curve says it."""
    scene, now = samples.pipeline()
    view = panel((scene, {**now, "banner": {"kind": "deadlock", "circle": [["3", "4"], ["4", "5"], ["5", "3"]]}}))
    red = view.root.locator("[data-link].kamlab-red")
    assert [red.nth(i).get_attribute("data-link") for i in range(red.count())] == ["3-4", "4-5", "5-3"]
    assert view.root.locator(".kamlab-circle").count() == 3
    assert view.root.locator(".kamlab-wait").count() == 0
    view.push(scene={**scene, "links": scene["links"][:2]})
    assert view.root.locator(".kamlab-wait").text_content() == "waits for"
    view.push(banner=None)
    assert view.root.locator(".kamlab-circle, .kamlab-red").count() == 0


def test_what_changed_and_what_is_followed_is_lit(panel: Any) -> None:
    """A component of which something changed in the last step is lit, and so is the way of the message followed."""
    scene, now = samples.pipeline()
    nodes = {**now["graph"]["nodes"], "4": samples.look("waiting", "", 1, lit=True)}
    view = panel((scene, {**now, "graph": {**now["graph"], "nodes": nodes, "follow": ["4-5"]}}))
    assert view.root.locator(".kamlab-lit").get_attribute("data-node") == "4"
    assert view.root.locator(".kamlab-followed").get_attribute("data-link") == "4-5"


def test_a_folded_container_shows_what_waits_in_it(panel: Any) -> None:
    """A folded container says how many messages wait in it, or else the most urgent state in it."""
    scene, now = samples.nested()
    view = panel((scene, now))
    for inside, words in (
        ({"waiting": 3, "state": "waiting"}, "7 inside, 3 waiting"),
        ({"waiting": 0, "state": "failed"}, "7 inside, failed"),
    ):
        nodes = {**now["graph"]["nodes"], "5": samples.look("waiting", "", 0, inside=inside)}
        view.push(graph={**now["graph"], "nodes": nodes})
        assert words in texts(view, "5")


def test_among_many_those_with_messages_stand_out(panel: Any) -> None:
    """Where there are many components, those at rest are faint, and those with messages or in motion are not."""
    scene, now = samples.many(60)
    nodes = {str(i): samples.look("waiting", "", int(i == 7)) for i in range(60)}
    nodes["9"]["last"] = nodes["9"]["lit"] = True
    view = panel((scene, {**now, "state": "paused", "graph": {"nodes": nodes, "links": {}, "moves": []}}))
    opacity = {
        key: view.node(key).evaluate("node => Number(getComputedStyle(node).opacity)") for key in ("3", "7", "9")
    }
    assert opacity["3"] < 1
    assert opacity["7"] == opacity["9"] == 1


def test_links_show_how_many_messages_went_over_them(panel: Any) -> None:
    """Each link has a path, an arrow and a count; a count that may be too small says so."""
    view = panel(samples.pipeline())
    counts = {key: view.root.locator(f"text[data-count='{key}']").text_content() for key in ("3-4", "4-5", "5-3")}
    assert counts == {"3-4": "7", "4-5": "4", "5-3": "0+"}
    path = view.root.locator("path[data-link='5-3']")
    assert "kamlab-feedback" in path.get_attribute("class")
    assert "url(" in path.evaluate("path => getComputedStyle(path).markerEnd")


def test_who_is_next_and_who_was_last_stands_on_them(panel: Any) -> None:
    """The component with the next turn and the one with the last slice are marked in words."""
    view = panel(samples.pipeline())
    assert "next" in texts(view, "3")
    assert "ran" in texts(view, "4")
    assert "next" not in texts(view, "5")


def test_what_is_left_out_is_counted(panel: Any) -> None:
    """Components and boxes that are not shown are counted; a graph of nothing says that it is empty."""
    view = panel(samples.nested())
    assert "2 more components are not shown" in view.root.inner_text()
    assert "3 more boxes, empty and not linked" in view.node("10").get_attribute("aria-description")
    assert "7 inside" in texts(view, "5")
    scene = {"w": 0, "h": 0, "nodes": [], "links": [], "more": 0}
    view.push(scene=scene, graph={"nodes": {}, "links": {}, "moves": []})
    assert view.root.get_by_text("There are no components yet.").is_visible()


# -- selecting, folding, choosing


@pytest.mark.parametrize("how", ["click", "Enter", " "])
def test_a_component_is_selected(panel: Any, how: str) -> None:
    """A click, Enter and Space select a component; the selected one is marked and named."""
    view = panel(samples.pipeline())
    if how == "click":
        view.node("4").click()
    else:
        view.node("4").focus()
        view.press(how)
    assert view.last() == {"do": "select", "key": "4"}
    view.answer(selected="4")
    assert [view.node(key).get_attribute("aria-pressed") for key in "345"] == ["false", "true", "false"]
    assert view.menu().get_by_role("group", name="Selected component").inner_text().startswith("Echo_4")


def test_a_click_on_a_box_selects_its_component(panel: Any) -> None:
    """The boxes on the sides belong to their component."""
    view = panel(samples.pipeline())
    view.root.locator("[data-of='5'] [data-box=outbox] circle").click(force=True)
    assert view.last() == {"do": "select", "key": "5"}


def test_a_container_folds_by_click_and_by_key(panel: Any) -> None:
    """A container has a control that folds it, and so has the key f; what is no container says so."""
    view = panel(samples.nested())
    view.root.locator("[data-fold='2']").click()
    assert view.last() == {"do": "fold", "key": "2"}
    assert view.button("Unfold TCPServer_5").get_attribute("aria-expanded") == "false"
    assert view.button("Fold Pipeline_2").get_attribute("aria-expanded") == "true"
    view.node("5").focus()
    view.press("f")
    assert view.last() == {"do": "fold", "key": "5"}
    view.node("3").focus()
    view.press("f")
    assert "holds no components" in view.note()
    assert len(view.sent()) == 2


def test_choosing_and_breaking_by_key(panel: Any) -> None:
    """The keys c and p are about the component that has the focus; elsewhere they do nothing."""
    view = panel(samples.pipeline())
    view.node("5").focus()
    view.press("c")
    assert view.last() == {"do": "choose", "key": "5"}
    view.press("p")
    assert view.last() == {"do": "break", "key": "5"}
    view.root.focus()
    for key in "cpf":
        view.press(key)
    assert len(view.sent()) == 2


def test_choosing_and_breaking_by_button(panel: Any) -> None:
    """Two buttons do it for the selected component, and say why not when it cannot be chosen, or none is selected."""
    view = panel(samples.pipeline())
    view.click(view.button("Choose as next"))
    assert view.note() == "Select a component first."
    view.push(selected="3", choose={"3": True})
    view.button("Choose as next").click()
    assert view.last() == {"do": "choose", "key": "3"}
    view.button("Break here").click()
    assert view.last() == {"do": "break", "key": "3"}
    view.answer(selected="4", choose={"4": "Echo_4 sleeps."})
    view.click(view.button("Choose as next"))
    assert view.note() == "Echo_4 sleeps."
    assert len(view.sent()) == 2


# -- the keyboard


@pytest.mark.parametrize("sample", ["pipeline", "nested"])
def test_the_arrow_keys_reach_every_component(panel: Any, sample: str) -> None:
    """From any component every other one can be reached by the arrow keys alone."""
    values = getattr(samples, sample)()
    view = panel(values)
    keys = [node["key"] for node in values[0]["nodes"]]
    here = "() => document.activeElement.dataset.node"
    leads: dict[str, set[str]] = {}
    for key in keys:
        leads[key] = set()
        for arrow in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
            view.node(key).focus()
            view.page.keyboard.press(arrow)
            leads[key].add(view.page.evaluate(here))
    for start in keys:
        reached, fresh = {start}, [start]
        while fresh:
            new = leads[fresh.pop()] - reached
            reached |= new
            fresh += new
        assert reached == set(keys), start
    assert view.sent() == []


def test_one_component_at_a_time_is_reached_by_tab(panel: Any) -> None:
    """Tab stops at the graph once, at the component that had the focus last."""
    view = panel(samples.pipeline())
    tabbable = view.root.locator("[data-node][tabindex='0']")
    assert tabbable.count() == 1
    view.node("3").focus()
    view.press("ArrowRight")
    assert view.focused().startswith("Echo_4")
    view.press("End")
    assert view.focused().startswith("Sink_5")
    assert tabbable.get_attribute("data-node") == "5"
    assert tabbable.count() == 1
    view.press("Home")
    assert view.focused().startswith("Source_3")


def test_the_panels_keys_work_in_the_graph(panel: Any) -> None:
    """The letters for steps work with the focus on a component as well; arrows and Space are the graph's."""
    view = panel(samples.pipeline())
    view.node("4").focus()
    for key in ("s", "r", "k", "ArrowRight", " "):
        view.press(key)
    assert [command["do"] for command in view.sent()] == ["step", "round", "breakpoint", "select"]


# -- drawing again


def test_drawing_again_keeps_focus_and_elements(panel: Any) -> None:
    """What is drawn again is patched: an element stays the same one, and the focus stays where it is."""
    scene, now = samples.pipeline()
    view = panel((scene, now))
    view.node("4").focus()
    view.node("4").evaluate("node => { node.mine = true; }")
    moved = {**scene, "nodes": [{**node, "y": node["y"] + 40} for node in reversed(scene["nodes"])]}
    graph = {**now["graph"], "nodes": {"4": samples.look("running", "works", 5)}}
    view.push(scene=moved, graph=graph)
    assert view.focused() == "Echo_4, running, inbox 5"
    assert view.node("4").evaluate("node => node.mine")


def test_the_focus_stays_in_the_graph_when_its_component_goes(panel: Any) -> None:
    """When the component that has the focus is no more, another one gets it."""
    scene, now = samples.pipeline()
    view = panel((scene, now))
    view.node("4").focus()
    left = {**scene, "nodes": [scene["nodes"][0], scene["nodes"][2]], "links": []}
    view.push(scene=left)
    assert view.page.evaluate("() => document.activeElement.dataset.node") in ("3", "5")


def test_nothing_is_touched_when_nothing_changed(panel: Any) -> None:
    """Drawing the same values again changes nothing in the page."""
    view = panel(samples.nested())
    view.page.evaluate(
        """() => {
            window.changes = 0;
            new MutationObserver(all => { window.changes += all.length; })
                .observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
        }"""
    )
    for _ in range(3):
        view.push()
    assert view.page.evaluate("window.changes") == 0


def test_the_picture_can_be_zoomed(panel: Any) -> None:
    """The picture grows and shrinks by buttons, keys and Ctrl with the wheel, within limits, and fits again."""
    view = panel(samples.pipeline())
    picture = view.root.locator("svg.kamlab-picture")

    def width() -> int:
        view.drawn()
        return int(picture.get_attribute("width"))

    fitted = width()
    view.button("Zoom in").click()
    assert width() > fitted
    for _ in range(16):
        view.click(view.button("Zoom out"))
    assert view.note() == "It cannot be smaller."
    view.button("Fit").click()
    assert width() == fitted
    view.node("3").focus()
    view.press("+")
    assert width() > fitted
    view.press("0")
    assert width() == fitted
    picture.hover()
    view.page.keyboard.down("Control")
    view.page.mouse.wheel(0, -100)
    view.page.keyboard.up("Control")
    view.page.wait_for_function(f"() => document.querySelector('svg.kamlab-picture').getAttribute('width') > {fitted}")


@pytest.mark.parametrize("sample", ["pipeline", "nested", "many"])
def test_the_picture_fits_its_pane(panel: Any, sample: str) -> None:
    """In a pane of any size the whole picture is shown, in the middle."""
    view = panel(getattr(samples, sample)())
    view.page.add_style_tag(content=".kamlab-graph { height: 420px }")
    view.page.wait_for_timeout(100)
    box, picture = (view.root.locator(name).bounding_box() for name in (".kamlab-scroll", "svg.kamlab-picture"))
    assert picture["x"] >= box["x"]
    assert picture["y"] >= box["y"]
    assert picture["height"] <= box["height"] <= 420
    assert picture["width"] <= box["width"]
    assert abs((picture["x"] - box["x"]) - (box["x"] + box["width"] - picture["x"] - picture["width"])) < 3
    assert abs((picture["y"] - box["y"]) - (box["y"] + box["height"] - picture["y"] - picture["height"])) < 3


def test_a_picture_that_is_zoomed_can_be_moved(panel: Any) -> None:
    """A picture larger than its pane is moved by dragging its ground, and by Shift with the arrow keys."""
    view = panel(samples.many())
    for _ in range(8):
        view.click(view.button("Zoom in"))
    box = view.root.locator(".kamlab-scroll")
    at = "box => [box.scrollLeft, box.scrollTop]"
    before = box.evaluate(at)
    view.node("55").focus()
    view.press("Shift+ArrowRight")
    assert box.evaluate(at) != before
    box.evaluate("box => box.scrollTo(200, 200)")
    area = box.bounding_box()
    spot = view.root.evaluate(
        """root => { const b = root.querySelector('.kamlab-scroll').getBoundingClientRect();
            for (let y = b.top + 40; y < b.bottom - 80; y += 7) for (let x = b.left + 90; x < b.right - 40; x += 7)
                if (!document.elementFromPoint(x, y).closest('[data-node], [data-of], [data-fold]')) return [x, y]; }"""
    )
    assert area is not None
    view.page.mouse.move(*spot)
    view.page.mouse.down()
    view.page.mouse.move(spot[0] - 50, spot[1] + 30, steps=3)
    view.page.mouse.up()
    assert box.evaluate(at) == [250, 170]
    assert view.sent() == []


# -- messages on their way


def test_each_message_travels_once(panel: Any) -> None:
    """A new message travels along its links, once; one of the batch before does not travel again."""
    scene, now = samples.pipeline()
    view = panel((scene, now))
    view.page.evaluate(COUNT_LETTERS)
    first = {**now["graph"], "moves": [move(20, "3-4", "4-5")]}
    view.push(step=13, graph=first)
    view.push(step=13, graph=first)
    view.push(step=14, graph={**first, "moves": [move(20, "3-4", "4-5"), move(21, "5-3")]})
    assert letters(view) == [20, 21]
    view.page.wait_for_function("() => !document.querySelector('.kamlab-letter')")


def test_what_was_there_before_does_not_travel(panel: Any) -> None:
    """A page that is opened shows no messages on their way, nor does going back; going on again does."""
    scene, now = samples.pipeline()
    view = panel((scene, {**now, "graph": {**now["graph"], "moves": [move(20, "3-4")]}}))
    view.page.evaluate(COUNT_LETTERS)
    view.push(step=11, graph={**now["graph"], "moves": [move(18, "3-4")]})
    assert letters(view) == []
    view.push(step=12, graph={**now["graph"], "moves": [move(20, "3-4")]})
    assert letters(view) == [20]


def test_no_more_than_a_dozen_travel_at_once(panel: Any) -> None:
    """Of a large batch the last twelve travel; a link that is not there, or no link at all, is no error."""
    scene, now = samples.pipeline()
    view = panel((scene, now))
    view.page.evaluate(COUNT_LETTERS)
    moves = [move(number, "3-4") for number in range(30)]
    view.push(step=13, graph={**now["graph"], "moves": moves})
    assert letters(view) == list(range(18, 30))
    odd = [move(40, "no-link"), move(41), move(42, **{"from": ["3", "outbox"], "to": ["5", "inbox"]})]
    view.push(step=14, graph={**now["graph"], "moves": odd})
    assert letters(view)[12:] == [42]


def test_a_lost_message_falls(panel: Any) -> None:
    """A message that is lost looks different on its way."""
    scene, now = samples.pipeline()
    view = panel((scene, now), by_hand=True)
    view.push(step=13, graph={**now["graph"], "moves": [move(20, "3-4", lost=True), move(21, "3-4")]})
    assert view.root.locator(".kamlab-letter").count() == 2
    assert view.root.locator(".kamlab-letter-lost[data-move='20']").count() == 1


def test_at_full_speed_links_light_up_instead(panel: Any) -> None:
    """While the lab runs at full speed no message travels; the links whose count rose are lit, as long as it does."""
    scene, now = samples.pipeline()
    view = panel((scene, {**now, "state": "running"}))
    view.page.evaluate(COUNT_LETTERS)
    graph = {**now["graph"], "links": {"3-4": [8, True], "4-5": [4, True]}, "moves": [move(20, "3-4")]}
    view.push(step=13, graph=graph)
    hot = view.root.locator(".kamlab-hot")
    assert [hot.nth(i).get_attribute("data-link") for i in range(hot.count())] == ["3-4"]
    view.push(step=14, graph={**graph, "links": {"3-4": [8, True], "4-5": [5, True]}})
    assert [hot.nth(i).get_attribute("data-link") for i in range(hot.count())] == ["4-5"]
    view.push(state="paused")
    assert hot.count() == 0
    assert letters(view) == []


def test_a_new_batch_takes_the_place_of_the_last_at_speed(panel: Any) -> None:
    """In slow motion batches follow each other; faster, a new batch takes away the one under way."""
    scene, now = samples.pipeline()
    for pace, expected in ((2, 2), (50, 1)):
        view = panel((scene, {**now, "state": "running", "pace": pace}), by_hand=True)
        for number in (20, 21):
            moves = [move(number, "3-4")]
            view.push(step=number, graph={**now["graph"], "moves": moves})
        assert view.root.locator(".kamlab-letter").count() == expected


def test_nothing_moves_for_those_who_want_no_motion(panel: Any) -> None:
    """With reduced motion no message travels and nothing glides, but everything is drawn."""
    scene, now = samples.pipeline()
    view = panel((scene, now), reduced_motion="reduce")
    view.page.evaluate(COUNT_LETTERS)
    view.push(step=13, graph={**now["graph"], "moves": [move(20, "3-4")], "links": {"3-4": [8, True]}})
    assert letters(view) == []
    assert view.root.locator("text[data-count='3-4']").text_content() == "8"
    assert view.node("3").evaluate("node => getComputedStyle(node).transitionDuration") == "0s"
    assert view.page.evaluate("() => document.getAnimations().length") == 0
