"""What is in an object with an identity: the content of its fingerprint, by its kind.

How the frames of flows and iterators are seen into stands in :mod:`.fingerprint`.
"""

from __future__ import annotations

import collections
import functools
import gc
import hashlib
import itertools
import operator
import random
import sys
import types
import warnings
from array import array
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..core.names_in_code import is_users
from .kinds import CONTAINERS, PLAIN, Opaque, dict_of, has_hidden_state, is_set, slots_of

if TYPE_CHECKING:
    from .fingerprint import Prints

#: The module whose iterators warn, on Python 3.12 and 3.13, that they will not tell where they stand.
_ITERTOOLS = "itertools"
_REDUCED = frozenset(
    (enumerate, zip, map, filter, reversed) + tuple(kind for kind in vars(itertools).values() if isinstance(kind, type))
)
#: What a frame refers to besides variables and value stack.
_OF_FRAMES = frozenset((types.FrameType, types.CodeType))


def content_of(prints: Prints, value: Any, kind: type) -> Any:
    """Return the fingerprint of what is in an object.

    Raises:
        Opaque: it cannot be seen.
    """
    find = _CONTENT.get(kind)
    if find is not None:
        return find(prints, value)
    if isinstance(value, BaseException):
        return (*error_of(prints, value, kind), *_frames(prints, value.__traceback__))
    if isinstance(value, random.Random):
        return _random(value)
    if kind in _REDUCED or (kind.__module__ == "builtins" and kind.__name__.endswith("iterator")):
        return _iterator(prints, value, kind)
    return _instance(prints, value, kind)


def error_of(prints: Prints, error: BaseException, kind: type) -> Any:
    """Return the fingerprint of an error, but for the frames that it came through."""
    others = (error.__cause__, error.__context__, error.__suppress_context__)
    of = prints.of
    return ("error", prints.class_of(kind), of(error.args), *map(of, others), *_attributes(prints, error))


def digest_of(state: tuple[Any, ...]) -> bytes:
    """Return a short value for the state of a generator of random numbers."""
    version, numbers, gauss = state
    text = array("Q", numbers).tobytes() + repr((version, gauss)).encode()
    return hashlib.blake2b(text, digest_size=16).digest()


# -- flows and functions --------------------------------------------------------------------------


def _flow(prints: Prints, flow: Any, frame: types.FrameType | None) -> Any:
    if frame is None:
        return ("flow", "over")
    names = frame.f_locals
    bound = tuple(names)
    found = [held for held in gc.get_referents(flow) if type(held) not in _OF_FRAMES and held is not names]
    if type(names) is dict and sys.getrefcount(names) <= 3:  # before 3.13 a copy, which would keep objects alive
        names.clear()
    while found and found[-1] is None:
        found.pop()  # a generator that once handled an error may hold one more; how many it holds is fixed here
    return ("flow", frame.f_code, frame.f_lasti, bound, *map(prints.of, found))


def _flow_by(attribute: str) -> Callable[[Prints, Any], Any]:
    """Return what gives the content of a flow, whose frame is an attribute of it."""
    frame_of = operator.attrgetter(attribute)
    return lambda prints, flow: _flow(prints, flow, frame_of(flow))


def _function(prints: Prints, function: types.FunctionType) -> Any:
    of = prints.of
    closure = tuple([of(cell) for cell in function.__closure__ or ()])
    more = vars(function)
    return (
        "function",
        function.__code__,
        closure,
        of(function.__defaults__),
        () if not function.__kwdefaults__ else of(function.__kwdefaults__),
        () if not more or "__wrapped__" in more else of(more),
    )


def _cell(prints: Prints, cell: types.CellType) -> Any:
    try:
        return ("cell", prints.of(cell.cell_contents))
    except ValueError:  # not set yet
        return ("cell",)


def _partial(prints: Prints, value: functools.partial[Any]) -> Any:
    of = prints.of
    return ("partial", of(value.func), of(value.args), of(value.keywords), *_attributes(prints, value))


def _frames(prints: Prints, traceback: types.TracebackType | None) -> Iterator[Any]:
    """Yield the fingerprints of the user's frames that an error came through: their variables can be read."""
    while traceback is not None:
        frame = traceback.tb_frame
        module, file = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
        names = frame.f_locals if is_users(module, file) else {}
        yield ("frame", frame.f_code, traceback.tb_lasti, *[(name, prints.of(names[name])) for name in tuple(names)])
        traceback = traceback.tb_next


# -- containers -----------------------------------------------------------------------------------


def _list(prints: Prints, value: list[Any]) -> Any:
    return ("list", *map(prints.of, value))


def _deque(prints: Prints, value: collections.deque[Any]) -> Any:
    return ("deque", value.maxlen, *map(prints.of, value))


def _dict(prints: Prints, value: dict[Any, Any]) -> Any:
    of = prints.of
    return ("dict", *[(name if type(name) is str else of(name), of(item)) for name, item in value.items()])


def _set(prints: Prints, value: Any) -> Any:
    """Return the fingerprint of a set: in its order if it is of plain values, whose hash is the same each time."""
    kind = type(value).__name__
    items = [prints.of(item) for item in value]
    plain = all(type(item) in (str, int, bytes) for item in value)
    return (kind, *items) if plain else (kind, frozenset(items))


def _bytes(_prints: Prints, value: Any) -> Any:
    return (type(value).__name__, getattr(value, "typecode", "B"), bytes(value))


def _namespace(prints: Prints, value: types.SimpleNamespace) -> Any:
    return ("namespace", *[(name, prints.of(item)) for name, item in sorted(value.__dict__.items())])


def _proxy(prints: Prints, value: Any) -> Any:
    return ("proxy", *map(prints.of, gc.get_referents(value)))


def _iterator(prints: Prints, iterator: Any, kind: type) -> Any:
    try:
        if kind.__module__ == _ITERTOOLS:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parts = iterator.__reduce__()
        else:
            parts = iterator.__reduce__()
    except TypeError:
        raise Opaque(f"an iterator, {kind.__name__}, that does not tell where it stands") from None
    prints.kept.append(parts)
    return ("iterator", kind.__name__, *map(prints.of, parts[1:]))


# -- other objects --------------------------------------------------------------------------------


def _random(generator: random.Random) -> Any:
    if isinstance(generator, random.SystemRandom):
        raise Opaque("a SystemRandom, whose numbers come from the machine")
    return ("random", digest_of(generator.getstate()))


def _instance(prints: Prints, value: Any, kind: type) -> Any:
    if has_hidden_state(kind):
        raise Opaque(f"an object of type {kind.__module__}.{kind.__qualname__}")
    of = prints.of
    base = next((base for base in CONTAINERS if isinstance(value, base)), None)
    inside: list[Any] = []
    if isinstance(value, collections.OrderedDict):  # as a dict it does not know its order
        inside = [(of(name), of(item)) for name, item in collections.OrderedDict.items(value)]
    elif base is dict:
        inside = [(of(name), of(item)) for name, item in dict.items(value)]
    elif base is not None:
        inside = [of(item) for item in base.__iter__(value)]
    elif isinstance(value, PLAIN):
        inside = [next(kind.__repr__(value) for kind in PLAIN if isinstance(value, kind))]
    if isinstance(value, collections.deque):
        inside.append(value.maxlen)
    if isinstance(value, collections.defaultdict):
        inside.append(of(value.default_factory))
    held = [(slot.__name__, of(slot.__get__(value))) for slot in slots_of(kind) if is_set(slot, value)]
    return ("object", prints.class_of(kind), *inside, *held, *_attributes(prints, value))


def _attributes(prints: Prints, value: Any) -> Iterator[Any]:
    kind: Any = type(value)
    descriptor = dict_of(kind)
    own = {} if descriptor is None else descriptor.__get__(value)
    for name in sorted(own, key=str):
        yield (name, prints.of(own[name]))


#: What gives the content of objects of exactly these kinds.
_CONTENT: dict[type, Callable[[Prints, Any], Any]] = {
    list: _list,
    collections.deque: _deque,
    set: _set,
    frozenset: _set,
    dict: _dict,
    bytearray: _bytes,
    array: _bytes,
    types.SimpleNamespace: _namespace,
    types.MappingProxyType: _proxy,
    types.GeneratorType: _flow_by("gi_frame"),
    types.CoroutineType: _flow_by("cr_frame"),
    types.AsyncGeneratorType: _flow_by("ag_frame"),
    types.CellType: _cell,
    types.FunctionType: _function,
    functools.partial: _partial,
}
#: Those of them that are never the engine's.
PLAINLY_MUTABLE = frozenset(_CONTENT.keys() - {list})
