"""The page's side of the panel: every part is used, and nothing comes from elsewhere."""

from __future__ import annotations

import re

import pytest

from kamlab.notebook.panel import web


@pytest.mark.parametrize(("names", "kind"), [(web.SCRIPTS, "js"), (web.STYLES, "css")])
def test_every_file_is_a_part(names: tuple[str, ...], kind: str) -> None:
    """Each file in the folder is part of the whole, once."""
    assert sorted(names) == sorted(path.stem for path in web.WEB.glob(f"*.{kind}"))


@pytest.mark.parametrize("name", web.SCRIPTS)
def test_a_part_imports_nothing_and_fits_on_a_few_screens(name: str) -> None:
    """No part imports or fetches anything, writes markup, or has more than 420 lines."""
    text = (web.WEB / f"{name}.js").read_text(encoding="utf-8")
    code = re.sub(r"(?m)^\s*//.*$", "", text)
    assert not re.search(
        r"(?m)^\s*import\b|\bimport\(|\bfetch\(|\beval\(|XMLHttpRequest|innerHTML|outerHTML|insertAdjacentHTML", code
    )
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", code)
    assert text.count("\n") <= 420


def test_the_module_has_one_way_in() -> None:
    """The whole exports one thing, as anywidget wants it, and no name is defined twice."""
    assert re.findall(r"(?m)^export .*", web.module()) == ["export default {"]
    whole = "\n".join((web.WEB / f"{name}.js").read_text(encoding="utf-8") for name in web.SCRIPTS)
    names = re.findall(r"(?m)^(?:function|class|const|let) (\w+)", whole)
    assert len(names) == len(set(names)) > 100


def test_the_module_is_small() -> None:
    """What each panel sends to its page has less than 150 kB, and no comments in lines of their own."""
    assert len(web.module().encode()) < 150_000
    assert not re.search(r"(?m)^\s*(//|/\*)", web.module())


def test_scripts_and_styles_are_short() -> None:
    """All scripts and styles together have fewer than 5,100 lines."""
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in web.WEB.glob("*.[cj]s*")) < 5_100


def test_the_style_touches_only_what_is_the_panel_s() -> None:
    """Every rule is about a class of kamlab's, and nothing is fetched."""
    style = re.sub(r"(?s)/\*.*?\*/", "", web.style())
    rules = [rule.strip() for rule in re.findall(r"(?m)^([^@{}\n][^{}]*)\{", style)]
    assert len(rules) > 100
    assert [rule for rule in rules if "kamlab" not in rule and not re.fullmatch(r"(from|to|[\d.%, ]+)", rule)] == []
    assert "url(" not in style
    assert "@import" not in style
