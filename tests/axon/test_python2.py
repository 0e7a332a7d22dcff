"""Listings that were written for Python 2 run as they are."""

import ast
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab.axon.python2 import Rewritten, compiles_as_cell, to_python3
from kamlab.axon.python2_tokens import tokens_of
from kamlab.core.text_bytes import TextBytes

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
    """A name that the session has defined in an earlier cell keeps its meaning, as has a method of its classes."""
    assert to_python3("xrange(3)", {"xrange"}).source == "xrange(3)"
    assert to_python3("xrange(3)").source == "range(3)"
    has_key = type("Keyed", (), {"has_key": lambda self, key: True})
    assert to_python3("d.has_key(3)", {"Keyed": has_key}).source == "d.has_key(3)"
    assert to_python3("d.has_key(3)", {"d": {}}).source == "d.__contains__(3)"


#: A program of Python 2 for each name, and what it prints. Each begins with a print statement, so that it is Python 2.
NAMES = [
    ("d = {'a': 1}\nprint d.has_key('a'), d.has_key('b')", "True False"),
    ("d = {'a': 1}\nfor k, v in d.iteritems(): print k, v", "a 1"),
    (
        "d = {'b': 1, 'a': 2}\nkeys = d.keys()\nkeys.sort()\nprint keys, d.values()[0], d.items()[:1]",
        "['a', 'b'] 1 [('b', 1)]",
    ),
    ("d = {'a': 1}\nfor k in d.keys():\n    del d[k]\nprint d", "{}"),
    ("for i in xrange(1):\n    print i, type(xrange(3)).__name__", "0 range"),
    ("print range(2) + [5], map(str, [1]), filter(None, [0, 1]), zip('a', 'b')", "[0, 1, 5] ['1'] [1] [('a', 'b')]"),
    ("words = ['bb', 'a']\nwords.sort(lambda one, other: cmp(len(one), len(other)))\nprint words", "['a', 'bb']"),
    ("def by(a, b): return cmp(b, a)\nnumbers = [1, 2]\nnumbers.sort(by)\nprint numbers, cmp(1, 2)", "[2, 1] -1"),
    ("numbers = [1, 2]\nnumbers.sort(cmp=lambda a, b: b - a)\nprint numbers", "[2, 1]"),
    ("print reduce(lambda a, b: a + b, [1, 2, 3]), apply(max, (1, 2)), intern('a')", "6 2 a"),
    ("print isinstance('a', basestring), unicode(3), unichr(97), long(3)", "True 3 a 3"),
    ("import sys\nprint sys.maxint > 2", "True"),
    ("import Queue\nq = Queue.Queue()\nq.put(1)\nprint q.get()", "1"),
    ("import time, Queue as Q, sys\nprint Q.Empty.__name__", "Empty"),
    ("from Queue import Queue, Empty\nprint Queue().qsize()", "0"),
    ("import StringIO\nprint StringIO.StringIO('text').read()", "text"),
    ("from cStringIO import StringIO\nprint StringIO('text').read()", "text"),
    ("import urllib2\nprint urllib2.URLError.__name__, urllib2.quote('a b')", "URLError a%20b"),
    ("import urllib\nprint urllib.urlencode({'a': 1}), urllib.quote('a b')", "a=1 a%20b"),
    ("from urllib import quote\nprint quote('a b')", "a%20b"),
    ("import urlparse\nprint urlparse.urlparse('http://a/b').path", "/b"),
    ("import ConfigParser\nprint ConfigParser.ConfigParser.__name__", "ConfigParser"),
    ("import thread\nprint thread.get_ident() > 0", "True"),
    ("import cPickle as pickle\nprint pickle.loads(pickle.dumps(1))", "1"),
    ("import string\nprint string.join(['a', 'b'], ','), string.atoi('3'), string.letters[:2]", "a,b 3 ab"),
    ("import string\nprint string.split('a b'), string.upper('a'), string.digits[:2]", "['a', 'b'] A 01"),
    ("from string import join, digits\nprint join(['a', 'b']), digits[0]", "a b 0"),
    ("import itertools\nprint list(itertools.izip('a', 'b')), next(itertools.count())", "[('a', 'b')] 0"),
    ("import types\nprint isinstance([], types.ListType), type('') in types.StringTypes", "True True"),
    ("import md5, sha\nprint md5.new('a').hexdigest()[:4], sha.new('a').hexdigest()[:4]", "0cc1 86f7"),
    ("class No(object):\n    def __nonzero__(self): return False\nprint bool(No())", "False"),
    ("def f(): pass\nprint f.func_name, f.func_code.co_name", "f f"),
    ("class A(object):\n    def has_key(self, key): return 'mine'\nprint A().has_key(1)", "mine"),
    ("from functools import reduce\nprint reduce(lambda a, b: a * b, [2, 3])", "6"),
    ("def f(cmp, file=None): return cmp(file)\nprint f(lambda x: x, file='given')", "given"),
    ("file = ['a']\nprint file", "['a']"),
]


@pytest.mark.parametrize(("old", "says"), NAMES, ids=[old for old, _ in NAMES])
def test_names_of_python_2_mean_what_they_did(old, says, capsys):
    """A built-in, module, method or function that Python 3 calls otherwise works; what the text binds itself stays."""
    exec(compile(to_python3(old).source, "<old>", "exec"), {"__name__": "old"})
    assert capsys.readouterr().out == f"{says}\n"


def test_string_join_takes_what_a_socket_delivers(capsys):
    """The function of the module string joins texts and bytes that understand text."""
    text = "import string\nprint string.join(data.split(), '+')"
    exec(compile(to_python3(text).source, "<old>", "exec"), {"__name__": "old", "data": TextBytes(b"a b")})
    assert capsys.readouterr().out == "a+b\n"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("import Queue\nq = Queue.Queue()", "import queue as Queue\nq = Queue.Queue()"),
        ("import string\nstring.join(x)", "import kamlab.axon.python2_library.string as string\nstring.join(x)"),
        ("d.has_key(x)", "d.__contains__(x)"),
        ("if d.has_key(x): d.keys()[0]", "if d.__contains__(x): list(d.keys())[0]"),
        ("for k, v in d.iteritems(): map(f, v)", "for k, v in d.items(): list(map(f, v))"),
        ("import string\nstring.digits", "import string\nstring.digits"),
        ("words.sort(f)", "words.sort(f)"),
        ("x = map(f, y)", "x = map(f, y)"),
        ("f(reduce=1, long=2)", "f(reduce=1, long=2)"),
        ("task.func_name", "task.func_name"),
        ("d.has_key", "d.has_key"),
        ("import sys\nsys.intern('a')", "import sys\nsys.intern('a')"),
        ("try:\n    import Queue\nexcept ImportError:\n    import queue as Queue", None),
        ("x.file(1)\nfile.read()", None),
    ],
)
def test_names_in_a_text_that_compiles(text, new):
    """Where nothing else shows that a text is Python 2, only names that Python 3 does not have are replaced."""
    assert to_python3(text).source == (text if new is None else new)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import popen2", "The module popen2 is gone: use subprocess."),
        ("from sets import Set", "The module sets is gone: use the built-in set."),
        ("def f(a, (b, c)): print a", 'Parameters in brackets, as in "def f((a, b))", are gone'),
        ("f = lambda (a, b): a", "Parameters in brackets"),
        ("print 7 / 2", 'write "//" where the result is to stay whole.'),
    ],
)
def test_what_is_not_rewritten_is_said_with_the_cure(text, says):
    """What the rewriter cannot know gets one sentence with the cure."""
    assert says in str(to_python3(text))


@pytest.mark.parametrize(
    "text", ["x = 7 / 2", "print(7 / 2)", "print 7 // 2", "print 'a/b'", "f = lambda a, b: (a, b)"]
)
def test_nothing_is_said_where_nothing_is_wrong(text):
    """A division in a text for Python 3, or of strings, gets no sentence."""
    assert to_python3(text).remarks == ()


@pytest.mark.parametrize("text", ["print (", "x = = 3", 'print "a', "print 1 +"])
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
