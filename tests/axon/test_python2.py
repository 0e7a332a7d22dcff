"""Listings that were written for Python 2 run as they are."""

import ast
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab.axon.python2 import Rewritten, compiles_as_cell, to_python3, tokens_of

#: A construct of Python 2, its text for Python 3, and how it is named.
CONSTRUCTS = [
    ('print "a"', 'print("a")', "print statement"),
    ('print "a", b,', 'print("a", b, end=" ")', "print statement"),
    ('print ("a"), b', 'print(("a"), b)', "print statement"),
    ('print >>sys.stderr, "x", y', 'print("x", y, file=sys.stderr)', "print statement"),
    ("print >>log", "print(file=log)", "print statement"),
    ("print not x", "print(not x)", "print statement"),
    ('print "%s" % (a, b)', 'print("%s" % (a, b))', "print statement"),
    ('print """two\nlines""", 3', 'print("""two\nlines""", 3)', "print statement"),
    ('print "a", \\\n    "b"', 'print("a", \\\n    "b")', "print statement"),
    ('if x: print "y" # why', 'if x: print("y") # why', "print statement"),
    ("f = lambda x: x; print f", "f = lambda x: x; print(f)", "print statement"),
    ("try: x\nexcept OSError, e: print e", "try: x\nexcept OSError as e: print(e)", "except X, e"),
    ("try: x\nexcept (A, B), e: print e", "try: x\nexcept (A, B) as e: print(e)", "except X, e"),
    ('raise "oops"', 'raise Exception("oops")', "raise X, value"),
    ('raise "%d" % n', 'raise Exception("%d" % n)', "raise X, value"),
    ('raise ValueError, "bad"', 'raise ValueError("bad")', "raise X, value"),
    ("raise ValueError, None, trace", "raise ValueError().with_traceback(trace)", "raise X, value"),
    ("print source.next()", "print(next(source))", ".next()"),
    ("print self.parts[3].read(1).next() + 1", "print(next(self.parts[3].read(1)) + 1)", ".next()"),
    ("print [x for x in y if x.next()]", "print([x for x in y if next(x)])", ".next()"),
    (
        "class A:\n    def next(self): print 1",
        "class A:\n    def __next__(self): print(1)",
        "def next",
    ),
    ("print 0777", "print(0o777)", "old number"),
    ("print 10L", "print(10)", "old number"),
    ('print ur"\\d"', 'print(r"\\d")', "ur string"),
    ("print `x`", "print(repr(x))", "backquotes"),
    ("print a <> b", "print(a != b)", "<>"),
    ('exec "x = 1" in space', 'exec("x = 1", space)', "exec statement"),
    ("for i in xrange(3): pass", "for i in range(3): pass", "xrange"),
    ('name = raw_input("? ")', 'name = input("? ")', "raw_input"),
    ("if x:\n\tprint 1\n        print 2", "if x:\n        print(1)\n        print(2)", "tabs mixed with spaces"),
    ("print\N{NO-BREAK SPACE}1", "print(1)", "non-breaking space"),
]


@pytest.mark.parametrize(("old", "new", "what"), CONSTRUCTS, ids=[old for old, _, _ in CONSTRUCTS])
def test_a_construct_of_python_2_is_rewritten_and_named(old, new, what):
    """Each construct becomes that of Python 3, on its line, and the report names it."""
    found = to_python3(old)
    assert found.source == new
    assert what in dict(found.changes)
    assert what in str(found)


@pytest.mark.parametrize(
    "text",
    [
        'print("a")',
        "print",
        'x = "print y, except X, e"',
        "x = 1 # print y",
        "it.next()",
        "def next(self): pass",
        "def xrange(n): return n\nxrange(3)",
        "from old import raw_input\nraw_input()",
        "source.xrange(3)",
        "for unicode in names: unicode",
        "try: x\nexcept (A, B): pass",
        "raise error",
        "await lab.arun()",
        "",
    ],
)
def test_what_python_3_understands_stays(text):
    """A text that compiles and uses nothing that Python 3 lacks is not touched."""
    assert to_python3(text) == Rewritten(text)


def test_names_that_exist_already_stay():
    """A name that the session has defined in an earlier cell keeps its meaning."""
    assert to_python3("xrange(3)", {"xrange"}).source == "xrange(3)"
    assert to_python3("xrange(3)").source == "range(3)"


@pytest.mark.parametrize("text", ["print (", "x = = 3", 'print "a', "print 1 +", "def f((a, b)): print a"])
def test_a_text_that_is_wrong_in_any_python_stays(text):
    """What does not compile afterwards either is left for Python's own SyntaxError."""
    assert to_python3(text) == Rewritten(text)


def test_lines_keep_their_numbers():
    """Every line stays on its line, so that an error points at what the reader sees."""
    old = 'import sys\n\n\nprint "a", \\\n  "b"\n# print\nx = """\nprint 1\n"""\nprint x\n'
    new = to_python3(old).source
    lines = [node.lineno for node in ast.parse(new).body]
    assert lines == [1, 4, 7, 10]
    assert new.splitlines()[7] == "print 1"


def test_the_rewritten_text_does_what_python_2_did(capsys):
    """Trailing commas, files and exceptions behave as they did."""
    old = (
        'import sys\nprint "a", 1,\nprint "b"\nprint >>sys.stderr, "c"\n'
        'try:\n    raise ValueError, "bad"\nexcept ValueError, e:\n    print e\n'
        "class Three(object):\n    n = 0\n    def __iter__(self): return self\n"
        "    def next(self):\n        self.n += 1\n        if self.n > 3: raise StopIteration\n        return self.n\n"
        "three = Three()\nprint three.next(), list(three)\n"
    )
    exec(compile(to_python3(old).source, "<old>", "exec"), {"__name__": "old"})
    assert capsys.readouterr() == ("a 1 b\nbad\n1 [2, 3]\n", "c\n")


def test_the_report_counts():
    """The line says what was rewritten, and how often."""
    found = to_python3("print 1\nprint 2\nfor i in xrange(3): pass")
    assert str(found) == "This is Python 2. It was rewritten for Python 3: print statement (2 times), xrange."
    assert str(to_python3("x = 1")) == ""


@given(st.text())
def test_the_pieces_of_a_text_are_the_text(text):
    """Splitting loses no character, whatever the text."""
    assert "".join(token.text for token in tokens_of(text)) == text


@given(st.lists(st.sampled_from([old for old, _, _ in CONSTRUCTS]), min_size=1, max_size=5))
def test_constructs_do_not_disturb_one_another(parts):
    """A text of several constructs compiles, and is not rewritten a second time."""
    text = "\n".join(part for part in parts if "\t" not in part)
    found = to_python3(text)
    assert compiles_as_cell(found.source) or sys.version_info < (3, 11)
    assert to_python3(found.source) == Rewritten(found.source)
