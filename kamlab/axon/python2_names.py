"""The names of Python 2 in listings: built-ins, modules, methods and functions that Python 3 calls otherwise.

:mod:`.python2` rewrites the statements and calls this for the names, also in texts that compile on Python 3 as they
are. A name that the text itself binds stays, and so does the method of a class that the session has.

What cannot be rewritten name by name is said in one sentence instead: a division of whole numbers, a module that is
gone. Rejected: replacements for the built-ins in the namespace of the listing, which its reader would not see.

>>> from collections import Counter
>>> from .python2_tokens import text_of, tokens_of
>>> text_of(rename(tokens_of("import Queue; d.has_key(x)"), (), Counter()))
'import queue as Queue; d.__contains__(x)'
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from itertools import pairwise

from .python2_tokens import (
    Token,
    bound_names,
    end_of_brackets,
    is_word,
    neighbour,
    split_at_commas,
    start_of_expression,
    statements,
    text_of,
)

#: Built-ins that another expression replaces wherever their name is used.
BUILTINS = {
    "basestring": "(str, bytes)",
    "long": "int",
    "raw_input": "input",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
#: Built-ins that are replaced where they are called; their names are those of many variables, too.
CALLED = {
    "apply": "(lambda function, args=(), argd={}: function(*args, **argd))",
    "buffer": "memoryview",
    "cmp": "(lambda one, other: (one > other) - (one < other))",
    "execfile": "(lambda name: exec(compile(open(name).read(), name, 'exec'), globals()))",
    "file": "open",
    "intern": "__import__('sys').intern",
    "reduce": "__import__('functools').reduce",
    "reload": "__import__('importlib').reload",
}
#: Built-ins and methods whose result was a list.
LISTS = ("filter", "map", "range", "zip")
LIST_METHODS = ("items", "keys", "values")
#: What takes such a result as it is.
_TAKE_ANYTHING = ("list", "sorted", "set", "tuple")
#: Attributes of functions and methods that have another name now. Only in a text that is Python 2: others may use them.
OF_FUNCTIONS = {
    "func_closure": "__closure__",
    "func_code": "__code__",
    "func_defaults": "__defaults__",
    "func_globals": "__globals__",
    "func_name": "__name__",
    "im_func": "__func__",
    "im_self": "__self__",
}
#: Methods that have another name, or none, now.
METHODS = {
    "has_key": "__contains__",
    "iteritems": "items",
    "iterkeys": "keys",
    "itervalues": "values",
    "viewitems": "items",
    "viewkeys": "keys",
    "viewvalues": "values",
}
#: Attributes of modules that have another name now.
OF_MODULES = {("sys", "maxint"): "maxsize", ("os", "getcwdu"): "getcwd"}
#: Special methods that have another name now.
SPECIAL = {"__nonzero__": "__bool__", "__div__": "__truediv__", "__idiv__": "__itruediv__", "__rdiv__": "__rtruediv__"}
#: Modules that have another name now.
MODULES = {
    "BaseHTTPServer": "http.server",
    "CGIHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "Cookie": "http.cookies",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "ScrolledText": "tkinter.scrolledtext",
    "SimpleHTTPServer": "http.server",
    "SimpleXMLRPCServer": "xmlrpc.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "UserDict": "collections",
    "UserList": "collections",
    "UserString": "collections",
    "__builtin__": "builtins",
    "anydbm": "dbm",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "dbhash": "dbm",
    "exceptions": "builtins",
    "gdbm": "dbm.gnu",
    "htmlentitydefs": "html.entities",
    "httplib": "http.client",
    "robotparser": "urllib.robotparser",
    "thread": "_thread",
    "tkFileDialog": "tkinter.filedialog",
    "tkMessageBox": "tkinter.messagebox",
    "tkSimpleDialog": "tkinter.simpledialog",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}
LIBRARY = "kamlab.axon.python2_library"
#: Modules of that package, and the names that only those have; a module without such names is gone from Python 3.
IN_LIBRARY = {
    "itertools": "ifilter ifilterfalse imap izip izip_longest",
    "md5": "",
    "sha": "",
    "string": "atof atoi atol capitalize center count expandtabs find index join joinfields letters ljust lower "
    "lowercase lstrip maketrans replace rfind rindex rjust rsplit rstrip split splitfields strip swapcase translate "
    "upper uppercase zfill",
    "types": "BooleanType ClassType ComplexType DictType DictionaryType FileType FloatType InstanceType IntType "
    "ListType LongType ObjectType SliceType StringType StringTypes TupleType TypeType UnicodeType",
    "urllib": "pathname2url quote quote_plus unquote unquote_plus url2pathname urlcleanup urlencode urlopen "
    "urlretrieve",
}
#: Modules that are gone, and what is used instead.
GONE = {
    "bsddb": "use dbm or sqlite3",
    "compiler": "use ast",
    "dircache": "use os.listdir",
    "dl": "use ctypes",
    "fpformat": "use format()",
    "htmllib": "use html.parser",
    "imputil": "use importlib",
    "mhlib": "use mailbox",
    "mimetools": "use email",
    "multifile": "use email",
    "new": "use types",
    "popen2": "use subprocess",
    "posixfile": "use fcntl",
    "rfc822": "use email",
    "sets": "use the built-in set",
    "sgmllib": "use html.parser",
    "statvfs": "use os.statvfs",
}
#: What a text is searched for before it is split.
_OLD_NAME = re.compile(
    rf"\b({'|'.join([*BUILTINS, *CALLED, *METHODS, *SPECIAL, 'maxint', 'getcwdu', *MODULES, *IN_LIBRARY, *GONE])})\b"
)
_NOT_PROOF = {"non-breaking space", "tabs mixed with spaces"}


def has_old_names(source: str) -> bool:
    """Return whether a text may use names of Python 2; it is quick."""
    return _OLD_NAME.search(source) is not None


def rename(tokens: list[Token], defined: Container[str], changes: Counter[str]) -> list[Token]:
    """Return the tokens of a text with names of Python 2 replaced; count in ``changes`` what was.

    Args:
        tokens: the text.
        defined: names that exist where it runs, and stay.
        changes: how often each construct was rewritten so far. If any was, the text is Python 2, in which ``map`` and
            its like return lists.
    """
    stays = bound_names(tokens)
    tokens = list(_imports(tokens, changes))
    attributes = METHODS | OF_FUNCTIONS if is_proved(changes) else METHODS
    tokens = list(_names(tokens, stays, defined, attributes, changes))
    if not is_proved(changes):
        return tokens
    return _sorts(_as_lists(tokens, stays), changes)


def is_proved(changes: Counter[str]) -> bool:
    """Return whether what was rewritten shows that a text is Python 2."""
    return bool(changes.keys() - _NOT_PROOF)


def remarks(tokens: list[Token], is_old: bool) -> tuple[str, ...]:
    """Return a sentence with the cure for each thing in a text that is not rewritten.

    Args:
        tokens: the text.
        is_old: whether it is Python 2, by what was rewritten in it.
    """
    found = []
    for statement in statements(tokens):
        words = [token.text for token in statement if is_word(token)]
        if words[:1] in (["import"], ["from"]):
            found += [
                f"The module {word} is gone: {GONE[word]}." for word in words if word in GONE and _is_missing(word)
            ]
        if _has_parameter_in_brackets(words):
            found.append(
                'Parameters in brackets, as in "def f((a, b))", are gone: write "def f(pair)", and "a, b = pair" in it.'
            )
    if is_old and any(token.text in ("/", "/=") for token in tokens):
        found.append('"/" of whole numbers gives a fraction now; write "//" where the result is to stay whole.')
    return tuple(dict.fromkeys(found))


def _has_parameter_in_brackets(words: list[str]) -> bool:
    for place in range(len(words) - 1):
        if words[place] == "lambda" and words[place + 1] == "(":
            return True
    if words[:1] != ["def"] or len(words) < 4:
        return False
    depth = 0
    for before, word in pairwise(words[2:]):
        depth += (before in "([{") - (before in ")]}")
        if word == "(" and depth == 1 and before in ("(", ","):
            return True
    return False


# -- imports -------------------------------------------------------------------------------------------


def _is_missing(module: str) -> bool:
    """Return whether no module of this name can be imported, so that the one of Python 2 is meant."""
    try:
        return importlib.util.find_spec(module) is None
    except (ImportError, ValueError):
        return False


def _imports(tokens: list[Token], changes: Counter[str]) -> Iterator[Token]:
    texts = [token.text for token in tokens if is_word(token)]
    imported = {module for statement in statements(tokens) for module, _ in _places_of_modules(statement)}
    for statement in statements(tokens):
        for module, place in _places_of_modules(statement):
            new = _new_module(module, statement, place, texts)
            if new is None or (new in imported and new != module):
                continue
            changes[f"module {module}"] += 1
            is_from = text_of(statement).lstrip().startswith("from")
            named = "" if is_from or neighbour(statement, place, 1) == "as" else f" as {module}"
            statement[place] = Token("name", f"{new}{named}")
        yield from statement


def _places_of_modules(statement: list[Token]) -> list[tuple[str, int]]:
    """Return the modules that a statement imports, with their places; those with a dot in their name are left out."""
    words = [(token.text, place) for place, token in enumerate(statement) if is_word(token)]
    if not words or words[0][0] not in ("import", "from"):
        return []
    found = []
    for number, (word, place) in enumerate(words[1:], 1):
        after = words[number + 1][0] if number + 1 < len(words) else ""
        if words[number - 1][0] in ("import", "from", ",") and after != "." and word.isidentifier():
            found.append((word, place))
        if words[0][0] == "from":
            break
    return found


def _new_module(module: str, statement: list[Token], place: int, texts: list[str]) -> str | None:
    """Return the module to import instead; ``None`` if the module stays."""
    if module in MODULES:
        return MODULES[module] if _is_missing(module) else None
    if module not in IN_LIBRARY:
        return None
    old = IN_LIBRARY[module].split()
    words = [token.text for token in statement if is_word(token)]
    if not old:
        return f"{LIBRARY}.{module}" if _is_missing(module) else None
    if words[0] == "from":
        return f"{LIBRARY}.{module}" if set(words[3:]) & set(old) else None
    name = words[words.index("as") + 1] if neighbour(statement, place, 1) == "as" else module
    used = {texts[at + 2] for at in range(len(texts) - 2) if texts[at : at + 2] == [name, "."]}
    return f"{LIBRARY}.{module}" if used & set(old) else None


# -- names ---------------------------------------------------------------------------------------------


def _names(
    tokens: list[Token],
    stays: set[str],
    defined: Container[str],
    attributes: Mapping[str, str],
    changes: Counter[str],
) -> Iterator[Token]:
    for place, token in enumerate(tokens):
        new = _new_name(tokens, place, stays, defined, attributes) if token.kind == "name" else None
        if new is None:
            yield token
        else:
            changes[token.text] += 1
            yield Token("new name", new)


def _new_name(
    tokens: list[Token], place: int, stays: set[str], defined: Container[str], attributes: Mapping[str, str]
) -> str | None:
    """Return what replaces a name; ``None`` if it stays."""
    name = tokens[place].text
    before = neighbour(tokens, place, -1)
    if before == ".":
        owner = neighbour(tokens, next(at for at in range(place - 1, -1, -1) if tokens[at].text == "."), -1)
        if (owner, name) in OF_MODULES:
            return OF_MODULES[owner, name]
        is_used = name not in METHODS or neighbour(tokens, place, 1) == "("
        return attributes.get(name) if is_used and name not in stays and not _is_method(defined, name) else None
    if before == "def":
        return SPECIAL.get(name) if SPECIAL.get(name) not in stays else None
    if name in stays or name in defined or neighbour(tokens, place, 1) == "=":  # the name of an argument
        return None
    if name in CALLED:
        return CALLED[name] if neighbour(tokens, place, 1) == "(" else None
    return BUILTINS.get(name)


def _is_method(defined: Container[str], name: str) -> bool:
    """Return whether a class that the session has defines a method of this name."""
    if not isinstance(defined, Mapping) or name not in METHODS:
        return False
    return any(name in vars(base) for value in list(defined.values()) if type(value) is type for base in value.__mro__)


# -- lists ---------------------------------------------------------------------------------------------


def _as_lists(tokens: list[Token], stays: set[str]) -> list[Token]:
    """Make lists of what returned lists in Python 2, except where a loop goes over a range or the like."""
    tokens = list(tokens)
    for place in [place for place, token in enumerate(tokens) if _may_be_list(token)][::-1]:
        texts = [token.text for token in tokens]
        start, end = _list_call(tokens, texts, place, stays)
        if start < end and (start < 2 or texts[start - 1] != "(" or texts[start - 2] not in _TAKE_ANYTHING):
            tokens[end] = Token("operator", f"{texts[end]})")
            tokens.insert(start, Token("operator", "list("))
    return tokens


def _may_be_list(token: Token) -> bool:
    return token.kind == "name" and token.text in (*LISTS, *LIST_METHODS)


def _list_call(tokens: list[Token], texts: list[str], place: int, stays: set[str]) -> tuple[int, int]:
    """Return the first and last place of a call at ``place`` that returned a list; (0, 0) if there is none."""
    name, before = texts[place], neighbour(tokens, place, -1)
    end = end_of_brackets(texts, place + 1) if texts[place + 1 : place + 2] == ["("] else None
    if end is not None and name in LISTS and name not in stays and before not in (".", "def", "class", "in"):
        return place, end
    if name in LIST_METHODS and texts[place - 1 : place] == ["."] and end == place + 2:
        start = start_of_expression(texts, place)
        return (start, end) if start < place - 1 else (0, 0)
    return 0, 0


def _sorts(tokens: list[Token], changes: Counter[str]) -> list[Token]:
    """Give a function that compares two, as ``.sort(f)`` and ``sort(cmp=f)`` took it, as a key."""
    texts = [token.text for token in tokens]
    for place in range(len(texts) - 2):
        if texts[place : place + 2] != ["sort", "("] or neighbour(tokens, place, -1) != ".":
            continue
        end = end_of_brackets(texts, place + 1)
        inside = "".join(texts[place + 2 : end]).strip()
        given = inside.removeprefix("cmp=")
        alone = given.startswith("lambda") or (len(split_at_commas(given)) == 1 and "=" not in given)
        if end is None or not given or not alone or "\n" in inside:
            continue
        changes["sort by comparison"] += 1
        key = Token("name", f"key=__import__('functools').cmp_to_key({given})")
        return [*tokens[: place + 2], key, *_sorts(tokens[end:], changes)]
    return tokens
