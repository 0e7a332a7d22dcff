"""Section 1.6: the messages with a meaning of their own, in the old spelling."""

from __future__ import annotations

from typing import Any

import pytest
from Axon.Ipc import (
    WaitComplete,
    errorInformation,
    ipc,
    newComponent,
    notify,
    producerFinished,
    reactivate,
    shutdown,
    shutdownMicroprocess,
    status,
    wouldblock,
)
from Kamaelia import IPC

CALLER = object()
PAIR = (("component", "box"), 5)


@pytest.mark.parametrize(
    "message",
    [
        WaitComplete(iter(())),
        errorInformation(CALLER),
        newComponent(),
        notify(CALLER, 1),
        producerFinished(),
        reactivate(CALLER),
        shutdown(),
        shutdownMicroprocess(),
        status("ok"),
        wouldblock(CALLER),
        IPC.newCSA(CALLER, "csa"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_ipc_is_the_base(message: Any) -> None:
    """Axon.Ipc.ipc is the base of all messages."""
    assert isinstance(message, ipc)


def test_producerfinished() -> None:
    """producerFinished(caller=None, message=None) keeps both."""
    empty, full = producerFinished(), producerFinished(CALLER, "timeout")
    assert (empty.caller, empty.message) == (None, None)
    assert (full.caller, full.message) == (CALLER, "timeout")
    assert producerFinished(message="only").message == "only"


def test_shutdownmicroprocess() -> None:
    """shutdownMicroprocess(*mps) returns them from microprocesses()."""
    assert shutdownMicroprocess().microprocesses() == ()
    assert shutdownMicroprocess("a", "b").microprocesses() == ("a", "b")


def test_shutdown_is_distinct() -> None:
    """shutdown() is neither a shutdownMicroprocess nor a producerFinished."""
    assert not isinstance(shutdown(), (shutdownMicroprocess, producerFinished))
    assert not isinstance(shutdownMicroprocess(), shutdown)


def test_newcomponent() -> None:
    """newComponent(*c) returns them from components()."""
    assert newComponent("a", "b").components() == ("a", "b")


def test_waitcomplete() -> None:
    """WaitComplete(*args, **kw) keeps them as args and argd."""
    wait = WaitComplete("generator", tag="t")
    assert (wait.args, wait.argd) == (("generator",), {"tag": "t"})


def test_reactivate() -> None:
    """reactivate(original) keeps it."""
    assert reactivate(CALLER).original is CALLER


def test_notify() -> None:
    """notify(caller, payload) has caller and object."""
    message = notify(CALLER, "payload")
    assert (message.caller, message.object) == (CALLER, "payload")


def test_status() -> None:
    """status(s) returns it from status()."""
    assert status("fine").status() == "fine"


def test_wouldblock() -> None:
    """wouldblock(caller) keeps the caller."""
    assert wouldblock(CALLER).caller is CALLER


def test_errorinformation() -> None:
    """errorInformation(caller, exception=None, message=None) keeps all three."""
    error = ValueError()
    full, empty = errorInformation(CALLER, error, "text"), errorInformation(CALLER)
    assert (full.caller, full.exception, full.message) == (CALLER, error, "text")
    assert (empty.exception, empty.message) == (None, None)


def test_shutdown_messages_of_sockets() -> None:
    """socketShutdown is a producerFinished, serverShutdown is a shutdownMicroprocess."""
    ended = IPC.socketShutdown(CALLER, "reset")
    assert isinstance(ended, producerFinished)
    assert (ended.caller, ended.message) == (CALLER, "reset")
    assert isinstance(IPC.serverShutdown(), shutdownMicroprocess)


def test_new_and_closed_connections() -> None:
    """newCSA(caller, CSA, sock) and shutdownCSA(caller, CSA) are notifications about a connection."""
    new, closed = IPC.newCSA(CALLER, "csa", "sock"), IPC.shutdownCSA(CALLER, "csa")
    assert (new.caller, new.object, new.sock) == (CALLER, "csa", "sock")
    assert (closed.caller, closed.object) == (CALLER, "csa")
    assert isinstance(new, notify)
    assert isinstance(closed, notify)


@pytest.mark.parametrize("name", ["newReader", "newWriter", "newExceptional"])
def test_registrations(name: str) -> None:
    """newReader, newWriter and newExceptional(caller, ((comp, box), fd)) say whom to tell about what."""
    message = getattr(IPC, name)(CALLER, PAIR)
    assert (message.caller, message.object) == (CALLER, PAIR)


@pytest.mark.parametrize("name", ["removeReader", "removeWriter", "removeExceptional"])
def test_withdrawals(name: str) -> None:
    """removeReader, removeWriter and removeExceptional(caller, fd) take that back."""
    message = getattr(IPC, name)(CALLER, 5)
    assert (message.caller, message.object) == (CALLER, 5)


def test_messages_show_their_old_names() -> None:
    """A message is shown under the name that the cookbook has for it."""
    assert repr(producerFinished(message="timeout")) == "producerFinished(message='timeout')"
    assert repr(IPC.socketShutdown()) == "socketShutdown()"
