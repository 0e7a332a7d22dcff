"""The messages of Kamaelia.IPC."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab.core.ipc import Notify, ProducerFinished, ShutdownMicroprocess
from kamlab.net import (
    NewCSA,
    NewExceptional,
    NewReader,
    NewWriter,
    RemoveExceptional,
    RemoveReader,
    RemoveWriter,
    ServerShutdown,
    ShutdownCSA,
    SocketShutdown,
)


def test_socket_shutdown_is_a_producer_finished() -> None:
    """socketShutdown(caller, message) is a producerFinished."""
    message = SocketShutdown("me", "why")
    assert isinstance(message, ProducerFinished)
    assert (message.caller, message.message) == ("me", "why")


def test_server_shutdown_is_a_shutdown_microprocess() -> None:
    """serverShutdown(*microprocesses) is a shutdownMicroprocess."""
    message = ServerShutdown(1, 2)
    assert isinstance(message, ShutdownMicroprocess)
    assert message.microprocesses() == (1, 2)


def test_new_csa() -> None:
    """newCSA(caller, CSA, sock) is a notify with caller, object and sock."""
    message = NewCSA("me", "csa", "sock")
    assert isinstance(message, Notify)
    assert (message.caller, message.object, message.sock) == ("me", "csa", "sock")
    assert NewCSA("me", "csa").sock is None


@pytest.mark.parametrize(
    "kind",
    [ShutdownCSA, NewReader, NewWriter, NewExceptional, RemoveReader, RemoveWriter, RemoveExceptional],
)
def test_notifications(kind: Any) -> None:
    """The others are notifies with caller and object."""
    message = kind("me", "it")
    assert isinstance(message, Notify)
    assert (message.caller, message.object) == ("me", "it")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (SocketShutdown, "socketShutdown"),
        (ServerShutdown, "serverShutdown"),
        (NewCSA, "newCSA"),
        (ShutdownCSA, "shutdownCSA"),
        (NewReader, "newReader"),
        (NewWriter, "newWriter"),
        (NewExceptional, "newExceptional"),
        (RemoveReader, "removeReader"),
        (RemoveWriter, "removeWriter"),
        (RemoveExceptional, "removeExceptional"),
    ],
)
def test_names(kind: Any, name: str) -> None:
    """Each class says under which name Kamaelia has it."""
    assert kind.axon_name == name
