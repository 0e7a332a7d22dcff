"""The code of a ``%%system`` cell as a builder: it can be run once more, just as it was run first.

Run again it shall build the same system, though other cells have been executed since. So the names
that the cell needs from before are given the values they had then, for as long as it runs, and the
names that it binds are bound anew: a later cell that says ``tick`` means the present component. A
copy of the lab is built in a copy of the names, so that nothing of it is left behind.

The building ends where the cell first drives its lab, with ``lab.step()``, say. What comes after
that is not run again.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import sys
import threading
from collections.abc import Iterator
from types import CodeType
from typing import Any
from weakref import ref

from ..core import worlds
from ..lab import Lab
from .dependencies import needs

with needs("IPython", "%load_ext kamlab"):
    from IPython.utils.capture import capture_output

_ABSENT: Any = object()
_LOADS = frozenset(("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"))
_STORES = frozenset(("STORE_NAME", "STORE_GLOBAL"))


class Recipe:
    """The code of a cell that builds a system.

    Args:
        shell: the IPython shell.
        source: the code.
        variable: the name that the lab is bound to.
        lab: the lab that it is built in first.
    """

    def __init__(self, shell: Any, source: str, variable: str, lab: Lab) -> None:
        self._shell = shell
        self._source = source
        self._variable = variable
        self._lab = ref(lab)
        self._codes: tuple[CodeType, CodeType | None] | None = None
        #: What the names that the cell needs from before meant when it was executed.
        self._given: dict[str, Any] = {}
        #: The breakpoints that it set; they are no part of the run, and stay.
        self._breakpoints: tuple[Any, ...] = ()

    @property
    def holds(self) -> tuple[Any, ...]:
        """What the names from before mean to the cell whenever it is executed again."""
        return tuple(self._given.values())

    def first(self) -> Any:
        """Execute the cell; return the value of a last expression."""
        __tracebackhide__ = "__ipython_bottom__"
        codes = self._codes = compiled(self._shell, self._source)
        names = self._shell.user_ns
        needed = {name for name in needed_by(codes) if name != self._variable}
        self._given = {name: names.get(name, _ABSENT) for name in sorted(needed)}
        try:
            return _run(codes, names)
        finally:
            lab = self._lab()
            self._breakpoints = tuple(lab.breakpoints) if lab is not None else ()

    def __call__(self, lab: Lab) -> None:
        """Build the system again, in the lab it was built in first or in a copy of it; nothing is shown."""
        names = self._shell.user_ns
        if lab is not self._lab():
            names = dict(names)
        codes = self._codes or compiled(self._shell, self._source)
        names[self._variable] = lab
        before = lab.breakpoints
        try:
            with silence(), self._as_before(names, codes):
                _run(codes, names)  # the lab stops it where it drives the lab
        finally:
            if lab is self._lab():
                self._keep_breakpoints(lab, before, names)

    def _keep_breakpoints(self, lab: Lab, before: tuple[Any, ...], names: dict[str, Any]) -> None:
        """Take away those that the cell has set once more; who names one means the one of the first time."""
        again = [each for each in lab.breakpoints if not any(each is other for other in before)]
        for old, new in zip(self._breakpoints, again, strict=False):
            new.remove()
            names.update({name: old for name, value in list(names.items()) if value is new})

    @contextlib.contextmanager
    def _as_before(self, names: dict[str, Any], codes: tuple[CodeType, CodeType | None]) -> Iterator[None]:
        """Let the names that the cell needs mean what they meant; those it does not bind itself only meanwhile."""
        stored = {name for code in codes if code is not None for name in _stored(code)}
        now = {name: names.get(name, _ABSENT) for name in self._given}
        _bind(names, self._given)
        try:
            yield
        finally:
            _bind(names, {name: value for name, value in now.items() if name not in stored})


def compiled(shell: Any, source: str) -> tuple[CodeType, CodeType | None]:
    """Return the code of a cell, and that of its last expression, if it ends in one."""
    __tracebackhide__ = "__ipython_bottom__"
    code = shell.transform_cell(source)
    name = shell.compile.cache(code, _number_of_cell(shell), raw_code=source)
    tree = shell.transform_ast(shell.compile.ast_parse(code, filename=name))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = shell.compile(tree, name, "exec")
    return body, None if last is None else shell.compile(ast.Expression(last.value), name, "eval")


def _run(codes: tuple[CodeType, CodeType | None], names: dict[str, Any]) -> Any:
    __tracebackhide__ = "__ipython_bottom__"
    body, last = codes
    exec(body, names)
    return None if last is None else eval(last, names)


def _number_of_cell(shell: Any) -> int:
    """Return the number of the cell that is being executed; the shell's own counter may be ahead of it."""
    history = getattr(shell.history_manager, "input_hist_raw", None)
    return len(history) - 1 if history else int(shell.execution_count)


def _bind(names: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is _ABSENT:
            names.pop(name, None)
        else:
            names[name] = value


def needed_by(codes: tuple[CodeType | None, ...]) -> set[str]:
    """Return the names that code takes from before: those it does not bind itself first.

    >>> sorted(needed_by((compile("a = b; c += a; f = lambda: a + d; f()", "", "exec"),)))
    ['b', 'c', 'd']
    """
    needed: set[str] = set()
    stored: set[str] = set()
    inner: set[str] = set()
    for code in codes:
        for name, stores in () if code is None else _uses(code):
            if stores:
                stored.add(name)
            elif name not in stored:
                needed.add(name)
        inner |= set() if code is None else _used_within(code)
    return {name for name in needed | (inner - stored) if not name.startswith("__")}


def _uses(code: CodeType) -> Iterator[tuple[str, bool]]:
    """Yield the names that code uses, as they come, and whether they are bound there."""
    for each in dis.get_instructions(code):
        if each.opname in _LOADS or each.opname in _STORES:
            yield str(each.argval), each.opname in _STORES


def _stored(code: CodeType) -> set[str]:
    return {name for name, stores in _uses(code) if stores}


def _used_within(code: CodeType) -> set[str]:
    """Return the names that functions and classes in this code use."""
    inside = [const for const in code.co_consts if isinstance(const, CodeType)]
    used = {name for each in inside for name, stores in _uses(each) if not stores}
    return used.union(*map(_used_within, inside))


class _Silent:
    """Stands in for a text stream, and loses what this thread writes in nobody's name."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._thread = threading.get_ident()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        """Write what a component or another thread has to say."""
        if threading.get_ident() != self._thread or worlds.in_slice.world is not None:
            return self.stream.write(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write pieces of text."""
        for line in lines:
            self.write(line)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Let nothing be seen of what this thread prints and displays meanwhile: it was seen before."""
    before = sys.stdout, sys.stderr
    silent = _Silent(before[0]), _Silent(before[1])
    sys.stdout, sys.stderr = silent
    try:
        with capture_output(stdout=False, stderr=False, display=True):
            yield
    finally:
        for name, old, mine in zip(("stdout", "stderr"), before, silent, strict=True):
            if getattr(sys, name) is mine:  # else somebody has put another there meanwhile
                setattr(sys, name, old)
