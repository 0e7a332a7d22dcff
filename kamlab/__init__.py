"""Run, pause, step and look into message-passing systems.

Components with inboxes and outboxes are wired by Pipelines, Graphlines and Backplanes, and run in
a :class:`Lab` that can be stepped. Names are loaded when they are first used, so importing this
package is quick and brings in no network, notebook or plotting code.

>>> import kamlab
>>> sorted(name for name in kamlab.__all__ if name.startswith("S"))[:2]
['SeededRandom', 'Selector']
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if sys.platform == "emscripten":
    from . import browser

    browser.install()

from .core.component import Component
from .core.errors import KamlabError
from .core.ipc import NewComponent, ProducerFinished, Shutdown, ShutdownMicroprocess, WaitComplete
from .lab import Lab, current, labs, stop_all

if TYPE_CHECKING:
    from .backplane import Backplane, PublishTo, SubscribeTo
    from .chassis import Carousel, Graphline, Par, Pipeline, Seq
    from .core.adaptive import AdaptiveCommsComponent, ThreadedAdaptiveCommsComponent
    from .core.choice import SeededRandom
    from .core.errors import NoSpaceInBox
    from .core.events import Event
    from .core.microprocess import Microprocess
    from .core.outcome import Happened, Outcome
    from .core.shared import Shared
    from .core.thread import ThreadedComponent
    from .exploration import Exploration, diverge, explore
    from .handle import Handle
    from .like_file import LikeFile
    from .net import (
        ConnectedSocketAdapter,
        FastRestartServer,
        Selector,
        ServerCore,
        SimpleServer,
        Simulated,
        TCPClient,
        TCPServer,
    )
    from .replay import Recording

__version__ = "0.1.0"

#: Where each lazily loaded name is defined.
_HOMES = {
    "AdaptiveCommsComponent": ".core.adaptive",
    "ThreadedAdaptiveCommsComponent": ".core.adaptive",
    "ThreadedComponent": ".core.thread",
    "Microprocess": ".core.microprocess",
    "Shared": ".core.shared",
    "NoSpaceInBox": ".core.errors",
    "SeededRandom": ".core.choice",
    "Event": ".core.events",
    "Outcome": ".core.outcome",
    "Happened": ".core.outcome",
    "Handle": ".handle",
    "LikeFile": ".like_file",
    **dict.fromkeys(("Backplane", "PublishTo", "SubscribeTo"), ".backplane"),
    **dict.fromkeys(("Pipeline", "Graphline", "Carousel", "Seq", "Par"), ".chassis"),
    **dict.fromkeys(
        (
            "ConnectedSocketAdapter",
            "FastRestartServer",
            "Selector",
            "ServerCore",
            "SimpleServer",
            "Simulated",
            "TCPClient",
            "TCPServer",
        ),
        ".net",
    ),
    "Recording": ".replay",
    **dict.fromkeys(("diverge", "explore", "Exploration"), ".exploration"),
}

__all__ = [
    "AdaptiveCommsComponent",
    "Backplane",
    "Carousel",
    "Component",
    "ConnectedSocketAdapter",
    "Event",
    "Exploration",
    "FastRestartServer",
    "Graphline",
    "Handle",
    "Happened",
    "KamlabError",
    "Lab",
    "LikeFile",
    "Microprocess",
    "NewComponent",
    "NoSpaceInBox",
    "Outcome",
    "Par",
    "Pipeline",
    "ProducerFinished",
    "PublishTo",
    "Recording",
    "SeededRandom",
    "Selector",
    "Seq",
    "ServerCore",
    "Shared",
    "Shutdown",
    "ShutdownMicroprocess",
    "SimpleServer",
    "Simulated",
    "SubscribeTo",
    "TCPClient",
    "TCPServer",
    "ThreadedAdaptiveCommsComponent",
    "ThreadedComponent",
    "WaitComplete",
    "current",
    "diverge",
    "explore",
    "labs",
    "stop_all",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'kamlab' has no attribute {name!r}; it has: {', '.join(sorted(__all__))}")
    value = getattr(importlib.import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """Make ``%load_ext kamlab`` work."""
    from .notebook.extension import load_ipython_extension as load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Make ``%unload_ext kamlab`` work."""
    from .notebook.extension import unload_ipython_extension as unload

    unload(shell)
