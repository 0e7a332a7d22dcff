"""Plays a student's system with other words than those in the notebook, so that a hard-coded answer is refused.

The words of a system, such as the lines of a diary or the amounts of some orders, stand in cells that students can see
and write again. So they are replaced in a copy of the system: of its function, and of all functions, classes and values
of the notebook that it uses. Wherever a word stands it is replaced alike, and an answer that treats words as words
works with the others as before. Only some components must not know them: the store of the files is one, the writer is
not. Their code is copied as it is.

Rejected: to have students take the words from names of the notebook. It refuses right answers that write them again.

Rejected: to replace the words in the functions themselves, and to put them back. A lab that a verdict opens, and that
goes on with the run, needs them replaced for as long as it lives.
"""

from __future__ import annotations

import dis
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import CellType, CodeType, FunctionType, MemberDescriptorType
from typing import Any

from ..core.errors import KamlabError
from .actions import Monitor
from .orders import Orders, current_orders, playing
from .playing import Judge, play
from .runs import System, Wrong

#: Words, numbers that stand for themselves, or whole tuples of constants, each with what to put there.
Words = Mapping[Any, Any]

#: How many orders are drawn with other words, and how many to see whether a copy does the same as the original.
DRAWN, COMPARED = 120, 6


class CannotCopy(KamlabError):
    """A student's system cannot be copied with other words, for example because it keeps a component in a global."""


@dataclass(frozen=True)
class OtherWords:
    """Builds a copy of a system in which words are replaced.

    Args:
        system: builds the system; a function of a notebook.
        words: the words, each with the one to put there.
        fixed: the roles that must not know the words. A component has a role if its class, or one that this derives
            from, has it in its name.

    Raises:
        CannotCopy: the system cannot be copied.

    >>> def system():
    ...     return "Monday, and Tuesday"
    >>> OtherWords(system, {"Monday": "Sunday"})()
    'Sunday, and Tuesday'
    """

    system: System
    words: Words
    fixed: tuple[str, ...] = ()
    _copy: System = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            made = _Copier(self.system, self.words, self.fixed).copy()
        except CannotCopy:
            raise
        except Exception as error:
            raise CannotCopy(f"{self.system!r} cannot be copied: {error}") from error
        object.__setattr__(self, "_copy", made)

    def __call__(self) -> Any:
        """Build the system with the other words, and return what its function returns."""
        return self._copy()

    def to_plain(self) -> list[Any]:
        """Return the words and roles as plain values."""
        return [[list(pair) for pair in self.words.items()], list(self.fixed)]

    @classmethod
    def from_plain(cls, system: System, plain: list[Any]) -> OtherWords:
        """Return a copy of a system, with words and roles that were plain values."""
        words, fixed = plain
        return cls(system, {_constant(old): _constant(new) for old, new in words}, tuple(fixed))

    def in_words(self) -> str:
        """Return what is replaced, as the beginning of a sentence."""
        pairs = [f"{new!r} for {old!r}" for old, new in self.words.items()]
        return f"The check also puts other values into your system: {', '.join(pairs)}. With these: "


def play_with_other_words(
    system: System, words: Words, judge: Judge, monitor: Monitor, fixed: Collection[str], **how: Any
) -> None:
    """Play orders of a system with other words.

    Nothing is said of a system that cannot be copied, or whose copy with its own words goes wrong.

    Args:
        system: builds the system.
        words: the words, each with the one to put there.
        judge: judges a run with these words, as for :func:`~.playing.play`.
        monitor: looks at each action of a run with these words.
        fixed: the roles that must not know the words.
        **how: as for :func:`~.playing.play`.

    Raises:
        Wrong: it goes wrong in an order that was drawn.
    """
    orders = current_orders()
    how = {"explores": False, "alone": False, **how}
    try:
        same, other = OtherWords(system, {}, tuple(fixed)), OtherWords(system, words, tuple(fixed))
        with playing(Orders(orders.first_seed)):
            play(same, lambda _run, _state: None, **how, drawn=COMPARED)
    except (CannotCopy, Wrong):
        return
    try:
        with playing(Orders(orders.first_seed, look=orders.look)):
            play(other, judge, monitor=monitor, **how, drawn=DRAWN)
    except Wrong as wrong:
        raise Wrong(f"{other.in_words()}{wrong}", wrong.run, wrong.step, wrong.part) from wrong


class _Copier:
    """Copies a function of a notebook with all that it uses of it."""

    def __init__(self, system: Any, words: Words, fixed: tuple[str, ...]) -> None:
        if not isinstance(system, FunctionType):
            raise CannotCopy(f"{system!r} is not a function")
        self._system = system
        self._own = system.__globals__
        self._module = self._own.get("__name__")
        self._words = words
        self._fixed = fixed
        texts = sorted((text for text in words if isinstance(text, str)), key=len, reverse=True)
        self._texts = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, texts))})(?!\w)") if texts else None
        self._space: dict[str, Any] = {"__name__": self._module, "__builtins__": self._own.get("__builtins__")}
        #: The copies by the numbers of the originals, which are kept: a number may be given again.
        self._made: dict[int, tuple[Any, Any]] = {}
        #: What is left to be copied: a class may use itself, so its functions are copied before what they use.
        self._names: list[str] = []
        self._cells: list[tuple[CellType, CellType, bool]] = []

    def copy(self) -> System:
        """Return the copy of the function."""
        made: System = self._value(self._system, True)
        while self._cells or self._names:
            if self._names:
                name = self._names.pop()
                self._space[name] = self._value(self._own[name], True)
            else:
                old, new, replaces = self._cells.pop()
                new.cell_contents = self._value(old.cell_contents, replaces)
        return made

    def _value(self, value: Any, replaces: bool) -> Any:
        """Return the copy of a value; in text and numbers words are replaced if it ``replaces`` them."""
        kind = type(value)
        if kind in (str, int):
            return self._word(value) if replaces else value
        if id(value) in self._made:
            return self._made[id(value)][1]
        made = self._copied(value, kind, replaces)
        self._made[id(value)] = value, made
        return made

    def _word(self, word: Any) -> Any:
        if isinstance(word, str):
            return word if self._texts is None else self._texts.sub(lambda found: str(self._words[found[0]]), word)
        return self._words.get(word, word)

    def _copied(self, value: Any, kind: type, replaces: bool) -> Any:
        if kind in (tuple, set, frozenset):
            return kind([self._value(item, replaces) for item in value])
        if kind is list:
            return self._filled(value, [], replaces)
        if kind is dict:
            return {self._value(name, replaces): self._value(item, replaces) for name, item in value.items()}
        if kind is FunctionType:
            return self._function(value, replaces) if value.__globals__ is self._own else value
        if isinstance(value, type):
            return self._class(value, replaces) if value.__module__ == self._module else value
        if kind in (staticmethod, classmethod):
            return kind(self._value(value.__func__, replaces))
        if kind is property:
            return property(*(self._value(part, replaces) for part in (value.fget, value.fset, value.fdel)))
        if kind is partial:
            given = {name: self._value(item, replaces) for name, item in value.keywords.items()}
            return partial(self._value(value.func, replaces), *self._value(value.args, replaces), **given)
        if kind.__module__ == self._module:
            raise CannotCopy(f"an object of the class {kind.__name__} is used by all runs")
        return value

    def _filled(self, value: list[Any], made: list[Any], replaces: bool) -> list[Any]:
        self._made[id(value)] = value, made  # it may hold itself
        made.extend(self._value(item, replaces) for item in value)
        return made

    def _function(self, function: FunctionType, replaces: bool) -> FunctionType:
        cells = tuple(self._cell(cell, replaces) for cell in function.__closure__ or ())
        code = self._code(function.__code__, replaces)
        made = FunctionType(code, self._space, function.__name__, self._value(function.__defaults__, replaces), cells)
        made.__kwdefaults__ = self._value(function.__kwdefaults__, replaces)
        made.__dict__.update({name: self._value(item, replaces) for name, item in vars(function).items()})
        made.__qualname__, made.__doc__, made.__module__ = function.__qualname__, function.__doc__, function.__module__
        self._names += [name for name in _names(function.__code__) if name in self._own and name not in self._space]
        return made

    def _cell(self, cell: CellType, replaces: bool) -> CellType:
        if id(cell) not in self._made:
            new = CellType()
            self._made[id(cell)] = cell, new
            self._cells.append((cell, new, replaces))
        found: CellType = self._made[id(cell)][1]
        return found

    def _code(self, code: CodeType, replaces: bool) -> CodeType:
        return code.replace(co_consts=tuple(self._constant(one, replaces) for one in _constants(code, self._words)))

    def _constant(self, value: Any, replaces: bool) -> Any:
        if isinstance(value, CodeType):
            return self._code(value, replaces)
        if replaces and type(value) is tuple and value in self._words:
            return self._words[value]
        if type(value) in (tuple, frozenset):
            return type(value)([self._constant(item, replaces) for item in value])
        return self._word(value) if replaces and type(value) in (str, int) else value

    def _class(self, cls: type, replaces: bool) -> type:
        names = [base.__name__ for base in cls.__mro__]
        replaces = replaces and not any(role in name for name in names for role in self._fixed)
        bases = tuple(self._value(base, True) for base in cls.__bases__)
        body = {
            name: self._value(item, replaces)
            for name, item in vars(cls).items()
            if name not in ("__dict__", "__weakref__") and not isinstance(item, MemberDescriptorType)
        }
        return type(cls)(cls.__name__, bases, body)


def _constant(plain: Any) -> Any:
    """Return a constant that was a plain value, in which tuples are lists."""
    return tuple(map(_constant, plain)) if isinstance(plain, list) else plain


def _constants(code: CodeType, words: Words) -> tuple[Any, ...]:
    """Return the constants of some code.

    Raises:
        CannotCopy: a number to be replaced is in an instruction, where later versions of Python put small ones.
    """
    numbers = {word for word in words if isinstance(word, int)}
    if numbers and any(line.opname == "LOAD_SMALL_INT" and line.arg in numbers for line in dis.get_instructions(code)):
        raise CannotCopy(f"a number of {code.co_name} cannot be replaced in this version of Python")
    return code.co_consts


def _names(code: CodeType) -> set[str]:
    """Return the names that some code looks up, with those of the functions within it."""
    inner: list[set[str]] = [_names(one) for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*inner)
