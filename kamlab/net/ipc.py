"""Messages about sockets, servers and connections; the set and the constructors are Kamaelia's."""

from __future__ import annotations

from typing import Any

from kamlab.core.ipc import Notify, ProducerFinished, ShutdownMicroprocess


class SocketShutdown(ProducerFinished):
    """A connection has ended, or will bring nothing more.

    >>> SocketShutdown(message="reset")
    socketShutdown(message='reset')
    """

    axon_name = "socketShutdown"


class ServerShutdown(ShutdownMicroprocess):
    """Ends a server.

    >>> from kamlab import Lab, SimpleServer
    >>> from kamlab.net import ServerShutdown
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     server = SimpleServer(protocol=PassThrough, port=1500).activate()
    ...     server.deliver(ServerShutdown(), "control")
    ...     lab.run().reason, server.address
    ('finished', None)
    """

    axon_name = "serverShutdown"


class NewCSA(Notify):
    """A server has a new connection: ``object`` is its ConnectedSocketAdapter, ``sock`` its socket.

    >>> from kamlab import Handle, Lab, TCPServer
    >>> from kamlab.net import NewCSA
    >>> with Lab(clock="virtual") as lab:
    ...     server = Handle(TCPServer(1500)).activate()
    ...     _ = lab.run()
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     news = server.get("protocolHandlerSignal")
    ...     isinstance(news, NewCSA), type(news.object).__name__
    (True, 'ConnectedSocketAdapter')
    """

    axon_name = "newCSA"

    def __init__(self, caller: Any, CSA: Any, sock: Any = None) -> None:  # noqa: N803
        super().__init__(caller, CSA)
        self.sock = sock


class ShutdownCSA(Notify):
    """A ConnectedSocketAdapter, ``object``, has ended.

    >>> from kamlab import Handle, Lab, TCPServer
    >>> with Lab(clock="virtual") as lab:
    ...     server = Handle(TCPServer(1500)).activate()
    ...     _ = lab.run()
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     _ = server.get("protocolHandlerSignal").object.activate()
    ...     peer.close()
    ...     _ = lab.run()
    ...     type(server.get("protocolHandlerSignal")).__name__
    'ShutdownCSA'
    """

    axon_name = "shutdownCSA"

    def __init__(self, caller: Any, CSA: Any) -> None:  # noqa: N803
        super().__init__(caller, CSA)


class _Registration(Notify):
    hasOOB = False  # noqa: N815


class NewReader(_Registration):
    """Ask a Selector to tell ``(component, inbox)`` when a descriptor can be read.

    ``object`` is ``((component, inbox), descriptor)``.

    >>> from kamlab import Component, Lab
    >>> from kamlab.net import NewReader, Selector
    >>> with Lab(clock="virtual") as lab:
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     selector = Selector().activate()
    ...     selector.deliver(NewReader(asker, ((asker, "inbox"), listener)), "notify")
    ...     for _ in range(2):
    ...         peer = lab.network.dial(1500)
    ...         _ = lab.run(timeout=1)
    ...     asker.data_ready()
    1
    """

    axon_name = "newReader"


class NewWriter(_Registration):
    """Ask a Selector to tell ``(component, inbox)`` when a descriptor can be written.

    >>> from kamlab import Component, Lab
    >>> from kamlab.net import NewWriter, Selector
    >>> with Lab(clock="virtual") as lab:
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     connection, address = listener.accept()
    ...     selector = Selector().activate()
    ...     selector.deliver(NewWriter(asker, ((asker, "inbox"), connection)), "notify")
    ...     _ = lab.run()
    ...     asker.recv() is connection
    True
    """

    axon_name = "newWriter"


class NewExceptional(_Registration):
    """Ask a Selector to tell ``(component, inbox)`` of an exceptional condition of a descriptor.

    >>> import contextlib, sys
    >>> from kamlab import Component, Lab
    >>> from kamlab.net import NewExceptional, Selector
    >>> with Lab(clock="virtual") as lab, contextlib.redirect_stderr(sys.stdout):
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     Selector().activate().deliver(NewExceptional(asker, ((asker, "inbox"), listener)), "notify")
    ...     _ = lab.run()
    kamlab: Selector_1 watches for reading and writing only, not for exceptional conditions.
    """

    axon_name = "newExceptional"


class RemoveReader(_Registration):
    """Take back a NewReader; ``object`` is the descriptor.

    >>> from kamlab import Component, Lab
    >>> from kamlab.net import NewReader, RemoveReader, Selector
    >>> with Lab(clock="virtual") as lab:
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     selector = Selector().activate()
    ...     selector.deliver(NewReader(asker, ((asker, "inbox"), listener)), "notify")
    ...     selector.deliver(RemoveReader(asker, listener), "notify")
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     asker.data_ready()
    0
    """

    axon_name = "removeReader"


class RemoveWriter(_Registration):
    """Take back a NewWriter; ``object`` is the descriptor.

    >>> from kamlab import Component, Lab
    >>> from kamlab.net import NewWriter, RemoveWriter, Selector
    >>> with Lab(clock="virtual") as lab:
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     connection, address = listener.accept()
    ...     selector = Selector().activate()
    ...     selector.deliver(NewWriter(asker, ((asker, "inbox"), connection)), "notify")
    ...     selector.deliver(RemoveWriter(asker, connection), "notify")
    ...     _ = lab.run()
    ...     asker.data_ready()
    0
    """

    axon_name = "removeWriter"


class RemoveExceptional(_Registration):
    """Take back a NewExceptional; ``object`` is the descriptor.

    >>> import contextlib, sys
    >>> from kamlab import Component, Lab
    >>> from kamlab.net import RemoveExceptional, Selector
    >>> with Lab(clock="virtual") as lab, contextlib.redirect_stderr(sys.stdout):
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     Selector().activate().deliver(RemoveExceptional(asker, listener), "notify")
    ...     _ = lab.run()
    kamlab: Selector_1 watches for reading and writing only, not for exceptional conditions.
    """

    axon_name = "removeExceptional"
