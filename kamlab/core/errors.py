"""The errors of kamlab, and the classes of those that the engine raises.

The errors of the other packages are in their own ``errors.py``, or beside the class that raises them. In parentheses:
the built-in error from which an error also derives, so that code that catches the built-in one works here.

::

    KamlabError
    ├── components
    │   ├── NotInitialised, NotActivated, BelongsElsewhere, NotRunnable
    │   ├── AlreadyEnded
    │   │   └── HandleHasEnded (queue.Empty), IsShutDown (AttributeError)
    │   ├── BadComponent, BadMain, BadAwait, BadProtocol (TypeError)
    │   ├── UnknownComponent (KeyError)
    │   └── ComponentFailed
    ├── boxes, links and messages
    │   ├── NoSuchBox (KeyError), EmptyInbox (IndexError), NoSpaceInBox
    │   ├── BadLink (TypeError), BoxAlreadyLinked
    │   └── NoSuchMessage (IndexError)
    ├── services and tracked values
    │   ├── NoSuchService (KeyError)
    │   │   └── NoSuchBackplane
    │   ├── ServiceAlreadyExists, MultipleServiceDeletion, BadInbox
    │   └── NamespaceClash, AccessToUndeclaredTrackedVariable, BadParentTracker (TypeError)
    ├── the lab
    │   ├── LabIsRunning
    │   │   └── SliceDoesNotEnd
    │   ├── LabIsClosed, LabStandsStill (queue.Empty)
    │   ├── BadPace, BadLimit, UnknownDoor (ValueError)
    │   ├── StepOutOfRange (IndexError), RecordIsOver, ThreadIsAway
    │   └── NotInstalled (ImportError)
    │       └── NoMatplotlib                             kamlab.views.figures
    ├── parts and chassis                                kamlab.parts, kamlab.chassis
    │   └── BadMessage, NoLinkages (TypeError, ValueError), UnknownPolicy (ValueError)
    ├── the network                                      kamlab.net.errors
    │   ├── NoNetwork, TLSNotSupported
    │   ├── NetworkIsClosed
    │   │   └── PeerIsOfThePast
    │   ├── BadAddress, BadMapping, BadConditions, UnknownAct (ValueError), BadDataToSend (TypeError)
    │   ├── ConnectionLost, PeerIsClosed (OSError)
    │   ├── ConnectFailed (OSError)
    │   │   └── HandshakeFailed, with UntrustedCertificate and WrongHost
    │   ├── ListenFailed (OSError)
    │   │   └── PortInUse
    │   └── NotRecorded (ValueError, AttributeError), NothingRecords, RecordDoesNotFit
    ├── protocols                                        kamlab.protocols
    │   ├── CannotSend (ValueError)
    │   └── BadRequest, FetchFailed, BadResponse, BadURL (ValueError)
    ├── questions about the past                         kamlab.analysis.errors
    │   └── NotInTrace, NoStory (LookupError), CannotExplain (TypeError), BadWatch (ValueError)
    ├── going back, recorded runs, breakpoints           kamlab.replay.errors
    │   ├── CannotRewind
    │   │   └── BuilderDrives
    │   ├── RunDiffers, MessageIsGone, NotHeld, NoTimer
    │   ├── BadRecording, BadBreakpoint (ValueError), NotALiteral (TypeError)
    │   └── NoSuchBranch (KeyError)
    ├── every order of slices                            kamlab.exploration
    │   ├── CannotExplore, CannotCompare
    │   └── WrongOrder, NotProved (AssertionError)
    ├── views                                            kamlab.views
    │   ├── UnknownPiece, BadValue, BadFigure (ValueError)
    │   └── NoMessage (IndexError), NoSuchLink (KeyError)
    ├── teaching                                         kamlab.teach
    │   ├── Wrong, CheckFailed (AssertionError), NothingToOpen, SandboxError, HookError
    │   ├── GradingError, NotebookError, HelpError, CannotCopy
    │   └── NoQuestion, BadAnswer (ValueError)
    ├── the panel                                        kamlab.notebook.panel
    │   └── BadCommand, NotThere, NoSuchExport
    ├── a site for browsers                              kamlab.site
    │   └── SiteError
    └── what only Axon has                               kamlab.axon
        ├── RealPackagesImported (ImportError), CannotReplaceLab, normalShutdown, ArgumentsClash,
        │   invalidComponentInterface
        └── CorruptFrame, ShortFrame, IncompleteChunk

    ThreadStopped (BaseException): ends the thread of a component that was stopped
    SliceEnded (BaseException): ends a slice that lasts too long

Each message says which component, which name, what exists instead and what to do next.
"""

from __future__ import annotations

import queue
from collections.abc import Iterable
from typing import Any


class KamlabError(Exception):
    """The base of every error that kamlab raises on purpose.

    >>> from kamlab import Component, KamlabError, Lab
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Component().activate()
    ...     try:
    ...         lab["Listener"]
    ...     except KamlabError as error:
    ...         print(f"{type(error).__name__}: {error}")
    UnknownComponent: no component is called 'Listener'; these are alive: 'Component_1'
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def listed(names: Iterable[Any], none: str = "none") -> str:
    """Return names as a text for a message: sorted, quoted, at most twelve of them.

    >>> listed(["signal", "outbox"])
    "'outbox', 'signal'"
    >>> listed([])
    'none'
    """
    ordered = sorted(repr(name) for name in names)
    if not ordered:
        return none
    rest = len(ordered) - 12
    return ", ".join(ordered[:12]) + (f" and {rest} more" if rest > 0 else "")


class NoSuchBox(KamlabError, KeyError):
    """A component does not have the box that was named."""


class EmptyInbox(KamlabError, IndexError):
    """``recv`` was called on an inbox with nothing in it."""


class NoSpaceInBox(KamlabError):
    """A message was sent to a box that is full; the sender still has it.

    ``count`` is how many messages wait, ``size`` the limit of the box, ``where`` says which box that is.

    >>> from kamlab import Component, Lab
    >>> class Small(Component):
    ...     def main(self):
    ...         yield
    >>> with Lab():
    ...     small = Small(name="small")
    ...     small.set_inbox_size("inbox", 1)
    ...     small.deliver("one", "inbox")
    ...     try:
    ...         small.deliver("two", "inbox")
    ...     except NoSpaceInBox as full:
    ...         print(full.count, "of", full.size)
    1 of 1
    """

    def __init__(self, count: int, size: int, where: str = "box") -> None:
        super().__init__(
            f"the {where} is full: {count} of {size} messages wait. "
            "Let the receiver take some first (pause() wakes you when it does), or raise the limit."
        )
        self.count = count
        self.size = size
        self.where = where


class BoxAlreadyLinked(KamlabError):
    """A box was linked onward a second time; one box feeds one box.

    The three values ``box``, ``target`` and ``source`` are where the new link should lead, where
    the source leads already, and the source itself.
    """

    def __init__(self, box: Any = None, target: Any = None, source: Any = None) -> None:
        super().__init__(
            f"{source} already leads to {target}, so it cannot also lead to {box}. "
            "Unlink it first, or put a splitter or a Backplane between."
        )
        self.box = box
        self.target = target
        self.source = source


class BadLink(KamlabError, TypeError):
    """A link was asked for between things that are not (component, box) pairs."""


class NotActivated(KamlabError):
    """An operation needs an active component, and this one was never activated."""


class AlreadyEnded(KamlabError):
    """A component that has ended was activated again."""


class HandleHasEnded(AlreadyEnded, queue.Empty):
    """Nothing more comes out of a Handle: its component has ended, and all of its output was taken."""


class BelongsElsewhere(KamlabError):
    """A component was given twice: it already has a parent, or runs in another lab."""


class NotInitialised(KamlabError):
    """A subclass overrides ``__init__`` without calling the inherited one."""


class BadMain(KamlabError, TypeError):
    """``main`` is not of the kind that its component needs: generator, coroutine or plain method."""


class BadAwait(KamlabError, TypeError):
    """An ``async def main`` awaited something that belongs to another event loop."""


class BadProtocol(KamlabError, TypeError):
    """A server's protocol is neither a factory nor a component to copy."""


class ComponentFailed(KamlabError):
    """A component raised an error, and the lab was asked to stop at the first one."""


class LabIsRunning(KamlabError):
    """The lab is driven by another thread, or the caller is inside one of its slices."""


class SliceDoesNotEnd(LabIsRunning):
    """The lab cannot be changed, since a component has been in one slice for long; reading it is possible."""


class LabIsClosed(KamlabError):
    """The lab was stopped, with its sockets and threads; it can be reset."""


class UnknownComponent(KamlabError, KeyError):
    """No component, or more than one, has the given name."""


class ServiceAlreadyExists(KamlabError):
    """A named service, such as a Backplane, is registered a second time."""


class NoSuchService(KamlabError, KeyError):
    """No service is registered under this name."""


class NoSuchBackplane(NoSuchService):
    """A publisher or subscriber names a Backplane that is not there."""


class MultipleServiceDeletion(KamlabError):
    """A service that is not registered was removed, perhaps for the second time."""


class BadComponent(KamlabError, TypeError):
    """Something that should be a component is not one."""


class BadInbox(KamlabError):
    """A service names an inbox that its component does not have."""


class NamespaceClash(KamlabError):
    """A tracked value was declared a second time under the same name."""


class AccessToUndeclaredTrackedVariable(KamlabError):
    """A tracked value was read or changed without having been declared."""


class BadParentTracker(KamlabError, TypeError):
    """A tracker was given a parent that is not a tracker."""


class ThreadStopped(BaseException):
    """Raised inside a component's own thread at its next send, recv or pause once its lab stops it.

    A ``BaseException``, so that a broad ``except Exception`` in user code lets it through.
    """


class SliceEnded(BaseException):
    """Raised in a slice that lasts too long: past the bound of ``lab.slice_limit``, or when its lab is stopped.

    A ``BaseException``, so that a broad ``except Exception`` in user code lets it through.
    """


class StepOutOfRange(KamlabError, IndexError):
    """A step does not exist, is no longer recorded, or is not a step number.

    ``earliest`` and ``latest`` are the first and the last step that are available.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import StepOutOfRange
    >>> from kamlab.parts import DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     _ = DataSource([1, 2]).activate()
    ...     _ = lab.step(2)
    ...     try:
    ...         lab.snapshot(9)
    ...     except StepOutOfRange as error:
    ...         print(error.earliest, error.latest)
    0 2
    """

    def __init__(self, text: str, earliest: int, latest: int) -> None:
        super().__init__(text)
        self.earliest = earliest
        self.latest = latest


class NoSuchMessage(KamlabError, IndexError):
    """No message waits at the given place of an inbox.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> from kamlab.replay import NoSuchMessage
    >>> with Lab(clock="virtual") as lab:
    ...     _ = PassThrough().activate()
    ...     try:
    ...         lab.drop("PassThrough", index=2)
    ...     except NoSuchMessage as error:
    ...         print(error)
    there is no place 2 in PassThrough_1.inbox: nothing waits there
    """


class RecordIsOver(KamlabError):
    """A recorded run has ended, and cannot continue without what it used, such as a real network.

    >>> from kamlab import Lab
    >>> from kamlab.parts import DataSource
    >>> from kamlab.replay import RecordIsOver
    >>> def system():
    ...     _ = DataSource([1, 2]).activate()
    >>> with Lab(build=system, recorded=True) as lab:
    ...     _ = lab.step(2)
    ...     line = str(lab.recording)
    >>> with Lab(build=system, recorded=True) as again:
    ...     _ = again.replay(line)
    ...     try:
    ...         again.step()
    ...     except RecordIsOver as error:
    ...         print(str(error).split(",")[0])
    the lab stands at step 2 of a run on the real network
    """


class NotRunnable(KamlabError):
    """A component was chosen to run next, and cannot run now."""


class ThreadIsAway(KamlabError):
    """A run cannot be replayed further: a component's thread did not return where it did when it was recorded."""


class BadPace(KamlabError, ValueError):
    """A pace is not a positive number of slices per second."""


class BadLimit(KamlabError, ValueError):
    """A bound on long slices is not a pair of positive numbers."""


class NotInstalled(KamlabError, ImportError):
    """A feature needs an optional package that is not installed."""


class UnknownDoor(KamlabError, ValueError):
    """A clock, a network or a chooser was requested that does not exist."""
