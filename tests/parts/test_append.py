"""The rules of Append."""

import pytest

from kamlab.parts import Append, BadMessage


@pytest.mark.parametrize("hold_open", [True, False])
def test_it_appends_and_passes_on(bench, tmp_path, hold_open):
    """Messages are added to what the file holds, without line breaks, and are sent on."""
    file = tmp_path / "log"
    file.write_text("old ")
    part = Append(file, hold_open=hold_open)
    caught = bench.catch(part)
    part.deliver("new ")
    part.deliver(b"bytes")
    bench.settle()
    assert (file.read_text(), caught.data) == ("old new bytes", ["new ", b"bytes"])


def test_it_can_begin_with_an_empty_file(bench, tmp_path):
    """With blat_file the file is emptied first, and without forwarder nothing is sent."""
    file = tmp_path / "log"
    file.write_text("old")
    part = Append(file, forwarder=False, blat_file=True)
    caught = bench.catch(part)
    part.deliver("new")
    bench.settle()
    assert (file.read_text(), caught.data) == ("new", [])


def test_a_file_that_is_not_held_can_be_moved_away(bench, tmp_path):
    """Without hold_open a message that comes after the file was moved begins a new one."""
    file = tmp_path / "log"
    part = Append(file, hold_open=False)
    bench.catch(part)
    part.deliver("one")
    bench.settle()
    file.rename(tmp_path / "log.1")
    part.deliver("two")
    bench.settle()
    assert (file.read_text(), (tmp_path / "log.1").read_text()) == ("two", "one")


def test_anything_at_control_ends_it(bench, tmp_path):
    """Any control message ends it, after what waits."""
    part = Append(tmp_path / "log")
    caught = bench.catch(part)
    part.deliver("data")
    part.deliver("enough", "control")
    bench.settle()
    assert (caught.data, caught.controls, part.state) == (["data"], ["enough"], "finished")


def test_what_cannot_be_written_is_named(bench, tmp_path):
    """A message that is neither bytes nor str fails the component."""
    part = Append(tmp_path / "log")
    bench.catch(part)
    part.deliver(42)
    bench.settle()
    assert isinstance(part.error, BadMessage)
