"""The rules of Interpreter."""

from unittest.mock import patch

import pytest

from kamlab import Lab, Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.parts import Collate, DataSource, Interpreter, StandaloneInterpreter


def answers(*lines, **how):
    """Return what an interpreter sends for some lines, after its first message."""
    with Lab(clock="virtual") as lab:
        values = Collate()
        Pipeline(DataSource(lines), Interpreter(**how), values).activate()
        assert lab.run().reason == "finished"
    return values.collated[1:]


def test_an_expression_sends_its_value():
    """The value itself is sent, and kept as the underscore; falsy values count."""
    assert answers("6 * 7", "_ + 1", "[]\r\n", b"0") == [42, 43, [], 0]


def test_a_statement_sends_a_space():
    """A statement without a value, and None, send one space each."""
    assert answers("x = 1", "None", "x") == [" ", " ", 1]


def test_lines_make_a_statement():
    """A compound statement is executed at its empty line."""
    assert answers("total = 0", "for n in range(4):", "    total += n", "", "total") == [" ", " ", 6]


@pytest.mark.parametrize(
    ("line", "error"), [("1/0", "ZeroDivisionError"), ("1 +* 2", "SyntaxError"), ("exit()", "SystemExit")]
)
def test_an_error_is_an_answer(line, error):
    """An error sends its traceback, without the interpreter's own lines, and the next line is executed."""
    said, after = answers(line, "'still here'")
    assert error in said
    assert "interpreter.py" not in said
    assert after == "still here"


def test_names_are_given():
    """Statements find the names that the interpreter was made with, and set new ones there."""
    names = {"x": 20}
    assert answers("y = x + 1", "y", names=names) == [" ", 21]
    assert names["y"] == 21


@pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
def test_shutdown_ends_it(message, eventually):
    """Either shutdown message ends it and is passed on."""
    with Lab(clock="virtual") as lab:
        part = Interpreter().activate()
        part.deliver(message, "control")
        lab.run(timeout=5)
        assert part.state == "finished"


def test_a_failure_in_the_loop_of_a_stepped_lab():
    """It works in a lab that is stepped."""
    with Lab(clock="virtual") as lab:
        values = Collate()
        Pipeline(DataSource(["1 + 1"]), Interpreter(), values).activate()
        while lab.step():
            pass
    assert values.collated == [" ", 2]


def test_it_stands_alone(capsys):
    """StandaloneInterpreter reads the console and prints values and errors."""
    lines = ["x = 3", "x * 2", "'text'", "nonsense", EOFError]
    with Lab(clock="virtual") as lab, patch("builtins.input", side_effect=lines):
        StandaloneInterpreter().activate()
        assert lab.run().reason == "finished"
    said = capsys.readouterr().out
    assert said.startswith("6\n'text'\nTraceback")
    assert "NameError" in said
