"""The helper that compares pictures and texts with kept ones."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("snapshots", Path(__file__).with_name("snapshots.py"))
assert _spec is not None
assert _spec.loader is not None
snapshots = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(snapshots)


def test_what_is_as_kept_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that was kept with KAMLAB_RENEW=1 is equal to itself afterwards, letter by letter."""
    monkeypatch.setenv("KAMLAB_RENEW", "1")
    snapshots.check("a.txt", "one\r\ntwo\n", tmp_path)
    monkeypatch.delenv("KAMLAB_RENEW")
    snapshots.check("a.txt", "one\r\ntwo\n", tmp_path)


def test_a_difference_is_shown_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one element of a picture differs, the error shows that one, before and after, and how to renew it."""
    monkeypatch.delenv("KAMLAB_RENEW", raising=False)
    (tmp_path / "a.svg").write_text("<svg><rect/><circle r='1'/></svg>", encoding="utf-8")
    with pytest.raises(AssertionError, match="KAMLAB_RENEW=1") as caught:
        snapshots.check("a.svg", "<svg><rect/><circle r='2'/></svg>", tmp_path)
    assert "-<circle r='1'/>\n+<circle r='2'/>" in str(caught.value)


def test_what_nobody_kept_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text with nothing to compare it with is no success, and nothing is written."""
    monkeypatch.delenv("KAMLAB_RENEW", raising=False)
    with pytest.raises(AssertionError, match="nothing is kept"):
        snapshots.check("a.txt", "text", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_long_difference_is_cut(tmp_path: Path) -> None:
    """However much differs, the error stays short enough to read and says how much is left out."""
    shown = snapshots.difference("\n".join("a" * 200), "\n".join("b" * 200), "x.txt")
    assert len(shown.splitlines()) == snapshots.LINES + 1
    assert "more lines" in shown
