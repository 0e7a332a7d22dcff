"""The names that a component answers to: one rule for every function that takes a name, and one label for all pictures.

A component has a name of its own, ``DataSource_2``, which says in which order components were activated.
A Graphline gives its components names as well, those of the drawing it was made from; and what is in a variable of
the user's cell when they activate it, or what it is in, has the name of that variable. All of these find it, and
so does the name of its class if there is only one of it. Texts show the given name first and the own name with it;
a drawing shows the user's own name, or the class where that is enough to tell it from the others.

Only the own name is written into recorded runs and fingerprints: the others are labels, and two components may
have the same one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from .describe import name_of
from .errors import UnknownComponent, listed
from .microprocess import Microprocess
from .task import task_of

if TYPE_CHECKING:
    from .component import Component

T = TypeVar("T")


def _own(component: Any) -> tuple[Any, ...]:
    return name_of(component), component.name


def _given(component: Any) -> tuple[Any, ...]:
    return (given_name(component),)


def _of_class(component: Any) -> tuple[Any, ...]:
    return (type(component).__name__ if isinstance(component, Microprocess) else component.kind,)


def _in_variable(component: Any) -> tuple[Any, ...]:
    return (variable_name(component),)


#: The kinds of names, the most specific first.
_NAMES: tuple[Callable[[Any], tuple[Any, ...]], ...] = (_own, _given, _in_variable, _of_class)


def whose(microprocess: Any) -> Any:
    """Return the component that a microprocess belongs to: a generator belongs to the component that waits for it."""
    while isinstance(microprocess, Microprocess) and (waiting := task_of(microprocess).awaited_by) is not None:
        microprocess = waiting
    return microprocess


def give_name(component: Microprocess, name: str) -> None:
    """Note the name that a Graphline gives a component."""
    task_of(component).given_name = name


def given_name(component: Any) -> str:
    """Return the name that a Graphline gave to a component, or to one that has ended; "" if it has none."""
    given = getattr(task_of(component) if isinstance(component, Microprocess) else component, "given_name", "")
    return given if type(given) is str else ""


def variable_name(component: Any) -> str:
    """Return the name of the variable that held a component at activation, or one that has ended; "" if none did."""
    return str((task_of(component) if isinstance(component, Microprocess) else component).variable)


def called(name: Any, components: Iterable[T]) -> list[T]:
    """Return the components that answer to a name, by the first kind of name that matches any.

    Args:
        name: an own name, with its module or without; a name that a Graphline gave; or that of a class.
        components: components, or records of components that have ended.
    """
    known = list(components)
    for names in _NAMES:
        found = [component for component in known if name in names(component)]
        if found and name != "":
            return found
    return []


def one_called(name: Any, components: Iterable[T], which: str = "", there: str = "there are") -> T:
    """Return the only one of these components that answers to a name.

    Args:
        name: a name; see :func:`called`.
        components: components, or records of components that have ended.
        which: what these components have in common, for the error message.
        there: how the list of existing components begins in the error message.

    Raises:
        UnknownComponent: none answers, or several do; the message lists them.
    """
    known = list(components)
    found = called(name, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownComponent(
            f"{len(found)} components{which} are called {name!r}: {listed(map(name_of, found))}; give the component "
            "instead of its name"
        )
    raise UnknownComponent(f"no component{which} is called {name!r}; {there}: {listed(map(label_of, known))}")


def names_in(label: str) -> tuple[str, ...]:
    """Return the names that are in a label.

    >>> names_in("producer (DataSource_2)"), names_in("DataSource_2")
    (('producer', 'DataSource_2'), ('DataSource_2',))
    """
    given, parenthesis, own = label.partition(" (")
    return (given, own[:-1]) if parenthesis and own.endswith(")") else (label,)


def drawn_names(components: Iterable[Component], planned: Container[Component] = ()) -> dict[Component, str]:
    """Return for each component the shortest name of the user's that tells it from the other ones.

    That is the name that a Graphline gave it; or that of a variable, its own or that of its class, if no other one has
    it; or else its own name.

    Args:
        components: the components in a drawing.
        planned: those that have not been activated: each is called by its class rather than ``Echo_?``.

    >>> from kamlab import Component
    >>> one, two, other = Component(), Component(), Component()
    >>> give_name(other, "last")
    >>> list(drawn_names([other]).values()), list(drawn_names([one]).values())
    (['last'], ['Component'])
    """
    wanted: dict[Component, tuple[str, ...]] = {}
    uses: Counter[str] = Counter()
    for component in components:
        task, own, kind = task_of(component), name_of(component), type(component).__name__
        chosen = "" if own.startswith(f"{kind}_") else own
        wanted[component] = task.given_name, task.variable, chosen, kind
        uses.update(set(wanted[component]))
    found = {}
    for component, (given, variable, chosen, kind) in wanted.items():
        name = given or chosen
        for candidate in () if given else (variable, chosen, kind):
            if candidate and uses[candidate] == 1:
                name = candidate
                break
        is_new = component in planned or not task_of(component).number
        found[component] = name or (kind if is_new else name_of(component))
    return found


def label_of(component: Any) -> str:
    """Return the name of a component as pictures show it.

    >>> from kamlab import Graphline
    >>> from kamlab.parts import DataSource, NullSink
    >>> source = DataSource([1])
    >>> _ = Graphline(producer=source, consumer=NullSink(), linkages={("producer", "outbox"): ("consumer", "inbox")})
    >>> label_of(source)
    'producer (DataSource_?)'
    """
    given, own = given_name(component), name_of(component)
    return f"{given} ({own})" if given and given != own else own
