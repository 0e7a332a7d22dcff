"""The rules of the console parts."""

import os
import subprocess
import sys
import time

import pytest

from kamlab import Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.parts import Collate, ConsoleEchoer, ConsoleReader

# -- ConsoleEchoer ------------------------------------------------------------------------------


def test_messages_are_printed_as_they_are(bench, capsys):
    """ConsoleEchoer prints str(message), and nothing between two messages."""
    bench.outputs(ConsoleEchoer(), "a", 1, "b\n")
    assert capsys.readouterr().out == "a1b\n"


def test_bytes_are_printed_as_text(bench, capsys):
    """Bytes are printed as UTF-8, even where a character is spread over two messages."""
    start, end = "ü".encode()[:1], "ü".encode()[1:]
    bench.outputs(ConsoleEchoer(), b"gr" + start, end + b"n")
    assert capsys.readouterr().out == "grün"


def test_repr_is_printed_if_told(bench, capsys):
    """With use_repr the repr of each message is printed, after the tag."""
    bench.outputs(ConsoleEchoer(use_repr=True, tag="> "), "a", b"b")
    assert capsys.readouterr().out == "> 'a'> b'b'"


@pytest.mark.parametrize(("forwarder", "expected"), [(True, [1, 2]), (False, [])])
def test_a_forwarder_passes_messages_on(bench, capsys, forwarder, expected):
    """Only with forwarder do messages go on to outbox."""
    assert bench.outputs(ConsoleEchoer(forwarder=forwarder), 1, 2) == expected


@pytest.mark.parametrize("message", ["anything", ProducerFinished(), ShutdownMicroprocess()])
def test_any_control_message_ends_an_echoer(bench, capsys, message):
    """Any control message ends a ConsoleEchoer, after the messages that wait, and goes on."""
    part = ConsoleEchoer()
    catcher = bench.catch(part)
    bench.feed(part, "last", control=message)
    assert (capsys.readouterr().out, catcher.controls, part.state) == ("last", [message], "finished")


# -- ConsoleReader, with an input of our own ----------------------------------------------------


@pytest.fixture
def typed(monkeypatch):
    """Let input() give out lines, and remember the prompts."""
    prompts = []

    def of(*lines):
        left = list(lines)

        def fake_input(prompt=""):
            prompts.append(prompt)
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", fake_input)
        return prompts

    return of


def test_lines_are_sent_as_typed(bench, typed):
    """ConsoleReader prompts, sends each line with its eol, and at the end of the input ProducerFinished."""
    prompts = typed("one", "two")
    reader = ConsoleReader(prompt="? ", eol="!")
    catcher = bench.catch(reader)
    bench.settle()
    assert (catcher.data, catcher.kinds, reader.state) == (["one!", "two!"], ["ProducerFinished"], "finished")
    assert prompts == ["? "] * 3


def test_prompt_and_eol_have_defaults(bench, typed):
    """Unless told otherwise the prompt is ">>> " and each line ends with a line break."""
    prompts = typed("one")
    catcher = bench.catch(ConsoleReader())
    bench.settle()
    assert (catcher.data, prompts[0]) == (["one\n"], ">>> ")


def test_many_lines_wait_for_room(bench, typed):
    """More lines than the queue of the thread holds are all sent."""
    typed(*map(str, range(3000)))
    catcher = bench.catch(ConsoleReader(eol=""))
    bench.settle()
    assert catcher.data == [str(number) for number in range(3000)]


def test_a_shutdown_message_ends_a_reader(bench, lab, typed, monkeypatch):
    """A shutdown message ends a reader after the line that is being typed, and goes on."""
    message = ProducerFinished()
    reader = ConsoleReader()

    def type_once(prompt=""):
        lab.scheduler.post(lambda: reader.deliver(message, "control"))
        while not reader._incoming.get("control"):
            time.sleep(0.001)
        return "line"

    monkeypatch.setattr("builtins.input", type_once)
    catcher = bench.catch(reader)
    bench.settle()
    assert (catcher.data, catcher.controls) == (["line\n"], [message])


# -- ConsoleReader, at a real stdin -------------------------------------------------------------

ECHO = """
from kamlab import Lab, Pipeline
from kamlab.parts import ConsoleEchoer, ConsoleReader
Pipeline(ConsoleReader("? "), ConsoleEchoer(tag="<")).run()
"""

LEAVE_WHILE_READING = """
import sys
from kamlab import Lab
from kamlab.parts import ConsoleReader
lab = Lab()
reader = ConsoleReader("? ")
reader.activate(lab)
lab.start()
while reader.thread_place != "running":
    pass
if {stop}:
    lab.stop()
    assert reader.join_thread(0)
sys.exit(0)
"""


def python(code, stdin, timeout=30):
    """Run a program in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], stdin=stdin, capture_output=True, text=True, timeout=timeout, check=False
    )


def test_a_piped_stdin_is_read_to_its_end(tmp_path):
    """Lines from a pipe or file are echoed, the last one without a line break too, and the system ends."""
    (tmp_path / "typed").write_text("one\r\ntwö\nthree", encoding="utf-8")
    with open(tmp_path / "typed") as stdin:
        result = python(ECHO, stdin)
    assert result.stdout.replace("? ", "") == "<one\n<twö\n<three\n"
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("stop", [True, False])
def test_a_reader_that_waits_does_not_hold_up_or_abort_python(stop):
    """Python ends with code 0 while a reader waits for a line, whether the lab is stopped first or not."""
    read_end, write_end = os.pipe()
    try:
        result = python(LEAVE_WHILE_READING.format(stop=stop), read_end)
    finally:
        os.close(read_end)
        os.close(write_end)
    assert (result.returncode, result.stderr) == (0, "")


SHUT_DOWN_WHILE_READING = """
from kamlab import Lab, ProducerFinished
from kamlab.parts import ConsoleReader
with Lab() as lab:
    reader = ConsoleReader().activate()
    lab.scheduler.call_later(0.2, lambda: reader.deliver(ProducerFinished(), "control"))
    print(lab.run(timeout=20).reason, reader.state)
"""


def test_a_reader_that_waits_ends_when_told():
    """A shutdown message ends a reader at once although nobody types."""
    read_end, write_end = os.pipe()
    try:
        result = python(SHUT_DOWN_WHILE_READING, read_end)
    finally:
        os.close(read_end)
        os.close(write_end)
    assert result.stdout.endswith("finished finished\n"), result


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_terminal_is_read_line_by_line():
    """At a terminal the prompt is shown, a line is sent when it is complete, and Ctrl-D ends the input."""
    import pty

    parent, child = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", ECHO], stdin=child, stdout=child, stderr=child)
    os.close(child)
    seen = b""
    try:
        for wait_for, then_type in ((b"? ", b"hello\n"), (b"<hello\r\n", b"\x04")):
            while wait_for not in seen:
                seen += os.read(parent, 1000)
            os.write(parent, then_type)
        assert process.wait(20) == 0
    finally:
        process.kill()
        os.close(parent)


def test_a_reader_in_a_row_of_parts(bench, typed):
    """The end of the input ends the parts behind a reader."""
    typed("one", "two")
    catcher = bench.catch(Pipeline(ConsoleReader(eol=""), Collate()))
    bench.settle()
    assert (catcher.data, catcher.kinds) == ([["one", "two"]], ["ProducerFinished"])
