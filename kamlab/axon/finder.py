"""Makes the old module names importable.

A finder at the head of ``sys.meta_path`` serves everything under ``Axon`` and ``Kamaelia`` by modules that contain only
their table of names. A name is looked up when it is first used, so importing ``Axon.Component`` does not import the
network.
"""

from __future__ import annotations

import difflib
import dis
import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from kamlab.core.tracebacks import public

from .exceptions import RealPackagesImported
from .left_out import why_left_out
from .serving import home_of, serve
from .table import BESIDE, MODULES, PACKAGES

ROOTS = ("Axon", "Kamaelia")


class OldModule(ModuleType):
    """A module of the old packages, which finds its names in the table."""

    @public
    def __getattr__(self, name: str) -> Any:
        path = self.__name__
        if name in MODULES.get(path, {}):
            value = serve(path, name)
            setattr(self, name, value)
            return value
        if is_offered(f"{path}.{name}"):
            return importlib.import_module(f"{path}.{name}")
        if name.startswith("__"):
            raise AttributeError(name)
        reason = why_left_out(f"{path}.{name}")
        if reason is not None and path not in MODULES:
            text = f"kamlab does not offer {path}.{name}: {reason}"
            raise (ImportError(text, name=path) if _is_from_import() else AttributeError(text))
        text = f"kamlab does not offer {name!r} in {path}; it offers {_offers_of(path)}.{_elsewhere(name)}"
        raise (ImportError(text, name=path) if _is_from_import() else AttributeError(text))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *MODULES.get(self.__name__, {}), *_submodules(self.__name__)})


class Finder:
    """Finds the modules of the table, and says what is offered if one under the same roots is unknown."""

    @public
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of an offered module; ``None`` if it is not in Axon or Kamaelia.

        Raises:
            ModuleNotFoundError: it is in Axon or Kamaelia, and kamlab does not offer it.
        """
        if fullname.partition(".")[0] not in ROOTS:
            return None
        if not is_offered(fullname):
            raise ModuleNotFoundError(_not_offered(fullname), name=fullname)
        return ModuleSpec(fullname, self, origin="kamlab.axon", is_package=fullname in PACKAGES)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return an empty module."""
        return OldModule(spec.name, f"{spec.name}, served by kamlab: {_offers_of(spec.name)}.")

    def exec_module(self, module: ModuleType) -> None:
        """Set ``__all__``."""
        module.__all__ = list(MODULES.get(module.__name__, ()))  # type: ignore[attr-defined]


class FinderBeside(Finder):
    """Finds the modules that a page has in a file of its own, where there is no such file."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of such a module."""
        return ModuleSpec(fullname, self, origin="kamlab.axon") if fullname in BESIDE else None  # type: ignore[arg-type]


FINDER = Finder()
LAST_FINDER = FinderBeside()


def install() -> None:
    """Make ``Axon.*`` and ``Kamaelia.*`` importable under their old paths. A second call has no effect.

    Raises:
        RealPackagesImported: the real Axon or Kamaelia was imported before.
    """
    real = [name for name in ROOTS if _real_modules(name)]
    if real:
        places = ", ".join(f"{name} ({getattr(sys.modules.get(name), '__file__', 'unknown place')})" for name in real)
        raise RealPackagesImported(
            f"the real packages are imported already: {places}. A process can use either those or kamlab's; "
            "start a fresh interpreter (restart the kernel) and call kamlab.axon.install() before any other import."
        )
    if FINDER not in sys.meta_path:
        sys.meta_path.insert(0, FINDER)
        sys.meta_path.append(LAST_FINDER)


def uninstall() -> None:
    """Remove the old names from the import system; classes that are in use keep working."""
    if FINDER in sys.meta_path:
        sys.meta_path.remove(FINDER)
        sys.meta_path.remove(LAST_FINDER)
    for name, module in list(sys.modules.items()):
        if isinstance(module, OldModule):
            del sys.modules[name]


def installed() -> bool:
    """Return whether the old names can be imported."""
    return FINDER in sys.meta_path


def is_offered(path: str) -> bool:
    """Return whether the table has a module of this path, or a package that contains one."""
    return path in MODULES or path in PACKAGES


def _real_modules(root: str) -> list[str]:
    return [
        name
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == root and module is not None and not isinstance(module, OldModule)
    ]


def _submodules(path: str) -> list[str]:
    prefix = f"{path}."
    below = (name[len(prefix) :] for name in {*MODULES, *PACKAGES} if name.startswith(prefix))
    return sorted(name for name in below if "." not in name)


def _offers_of(path: str) -> str:
    names, modules = list(MODULES.get(path, ())), _submodules(path)
    if modules:
        names.append(f"the modules {_joined(modules)}")
    return " and ".join((_joined(names[:-1]), names[-1])) if len(names) > 1 else _joined(names)


def _not_offered(path: str) -> str:
    """Return the message for a module that is not offered, with the reason or with suggestions."""
    reason = why_left_out(path)
    if reason is not None:
        return f"kamlab does not offer a module {path}: {reason}"
    parent, _, last = path.rpartition(".")
    text = f"kamlab does not offer a module {path}."
    near = [f"{parent}.{name}" for name in difflib.get_close_matches(last, _submodules(parent), n=3)]
    near += [name for name in sorted({*MODULES, *PACKAGES}) if name.rpartition(".")[2] == last]
    if near:
        text += f" Did you mean {' or '.join(near)}?"
    elif is_offered(parent):
        text += f" {parent} offers {_offers_of(parent)}."
    return text + _elsewhere(last) + " kamlab.axon.table lists everything that is offered."


def _elsewhere(name: str) -> str:
    homes = dict.fromkeys(home_of(names[name])[0] for names in MODULES.values() if name in names)
    return f" There is a {name} in {_joined(homes)}." if homes else ""


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


def _is_from_import() -> bool:
    """Return whether a module's attribute is looked up by ``from module import name``.

    That statement replaces an AttributeError by an ImportError that says less.
    """
    frame = sys._getframe(3)  # past the wrapper of __getattr__
    code = frame.f_code.co_code
    return 0 <= frame.f_lasti < len(code) and code[frame.f_lasti] == dis.opmap["IMPORT_FROM"]
