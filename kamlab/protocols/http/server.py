"""The server's side of one HTTP connection, as a component; a ServerCore makes one for each connection.

Kamaelia has three components for a connection: a parser, a request handler, and one that only knows who has to end
when. Here it is one component around one :class:`h11.Connection`. Whether a connection can be kept after a response
depends on the request and the response, so the two halves would have to share that state, and the third component
existed only because they did not.

The handlers are components, one for each request, as in Kamaelia:

    handler.outbox -> _handlerinbox         _handleroutbox -> handler.inbox     (the body in chunks, if there is one)
    handler.signal -> _handlercontrol       _handlersignal -> handler.control   (ProducerFinished after the body)

A response ends with a ProducerFinished on the handler's signal, or with the handler. If all of it is there when the
server first looks, its length is in its header; otherwise it is chunked, and for HTTP/1.0 ended by the connection.

One request is answered at a time. Until then the bytes of the next one stay in the inbox, which is limited, so a client
that sends request after request is slowed down by TCP. Likewise the handler's messages stay in their box while the
client takes nothing.

A client is timed out by one rule, for the header and for the body: ``timeout`` seconds, and 1 more for every
``min_rate`` bytes that have come. A limit on the time between two bytes would let a client hold a connection for days.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

import h11

from kamlab.core.box import Nowhere
from kamlab.core.component import Component, check_component
from kamlab.core.ipc import ProducerFinished, Shutdown, ShutdownMicroprocess
from kamlab.core.microprocess import is_over, method_of, name_in_task
from kamlab.core.task import task_of
from kamlab.core.timers import Timer
from kamlab.core.tracebacks import traceback_of

from .error_pages import error_page
from .errors import BadRequest, BadResponse
from .requests import check_request, headers_as_dict, request_as_dict
from .responses import body_of, response_of

__all__ = ["HTTPServer"]

#: How many chunks of a request may wait in the inbox, and how many of a response in the connection's.
INBOX_SIZE = 16
OUTPUT_AHEAD = 4


class _Over(Exception):
    """The connection ends at once; ``message`` says how, on signal."""

    def __init__(self, message: Any) -> None:
        super().__init__()
        self.message = message


class _Exchange:
    """One request, its handler, and how far the two bodies are."""

    __slots__ = (
        "body_bytes",
        "body_over",
        "handler",
        "handler_ended",
        "has_body",
        "request",
        "response_over",
        "since",
        "takes_body",
    )

    def __init__(self, request: dict[str, Any], since: float) -> None:
        self.request = request
        self.since = since
        self.body_bytes = 0
        self.body_over = False
        self.handler: Any = None
        self.handler_ended = False
        self.takes_body = False
        self.has_body = True
        self.response_over = False


class HTTPServer(Component):
    """Answers the requests of one HTTP connection, each with a handler.

    Args:
        create_request_handler: called with the dictionary of a request; returns a handler, a component that is not
            active yet, or a dictionary, which is the response.
        timeout: how many seconds a client may take for a request, see above; also for taking part of a response.
        min_rate: how many bytes of a request have to come in each further second.
        idle: how many seconds a connection is kept between two requests.
        max_header, max_body: how many bytes a request's header and body may have.
        peer, peerport, localip, localport: the addresses of the two ends, which become part of the request.

    >>> from kamlab import Handle, Lab
    >>> with Lab(clock="virtual") as lab:
    ...     connection = Handle(HTTPServer(lambda request: {"statuscode": 200, "data": request["query"]})).activate()
    ...     connection.put(b"GET /?hello HTTP/1.1\\r\\nHost: here\\r\\n\\r\\n")
    ...     _ = lab.run(timeout=1)
    ...     connection.get().split(b"\\r\\n")[-1]
    b'hello'
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Bytes from the client.",
        "control": "ProducerFinished: the client sends no more. ShutdownMicroprocess: end now.",
        "_handlerinbox": "Parts of the response, from the handler.",
        "_handlercontrol": "ProducerFinished, from the handler: the response is complete.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Bytes for the client.",
        "signal": "ProducerFinished at the end; ShutdownMicroprocess if the client is cut off.",
        "_handleroutbox": "The body of the request, in chunks, for the handler.",
        "_handlersignal": "ProducerFinished after the body, ShutdownMicroprocess if the connection ends.",
    }

    woken_by_collection: bool = False  # True only while it waits for room

    timeout: float = 10.0
    min_rate: float = 500.0
    idle: float = 60.0
    max_header: int = 16_384
    max_body: int = 10_000_000
    peer: str = ""
    peerport: int = 0
    localip: str = ""
    localport: int = 0

    def __init__(self, create_request_handler: Callable[[dict[str, Any]], Any], **argd: Any) -> None:
        super().__init__(**argd)
        self.create_request_handler = create_request_handler
        self.set_inbox_size("inbox", INBOX_SIZE)
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=self.max_header)
        self._exchange: _Exchange | None = None
        self._body_finished = ProducerFinished(self)
        self._input_over = False
        self._closing = False
        #: Whether h11 has seen everything that it was given, and needs more.
        self._is_dry = True
        #: The class of the bytes that come; a body is passed on as the same.
        self._kind: type[bytes] = bytes
        #: Since when it waits for a request, and for the rest of one that has begun.
        self._idle_since = 0.0
        self._begun_at: float | None = None
        self._timer: Timer | None = None
        #: How many messages the client has not taken, and since when it has been as many.
        self._untaken = (0, 0.0)

    def main(self) -> Any:
        """Answer requests until the connection ends."""
        self._idle_since = self._time()
        self._output = self.outboxes["outbox"]
        last: Any = ProducerFinished(self)
        try:
            while not self._closing:
                self._read_control()
                if self._input_over and isinstance(self._output.target, Nowhere):
                    break  # the client has gone
                self._read_input()
                self._read_handler()
                if not self._closing and not self._next_exchange() and self._wait():
                    yield
        except _Over as over:
            last = over.message
        finally:
            self._dismiss()
            if self._timer is not None:
                self._timer.cancel()
        self.send(last, "signal")

    # -- from the client ---------------------------------------------------------------------------------------

    def _read_control(self) -> None:
        if not self.data_ready("control"):
            return
        for message in self.messages("control"):
            if isinstance(message, (ShutdownMicroprocess, Shutdown)):
                raise _Over(message)
            if isinstance(message, ProducerFinished):
                self._input_over = True

    def _read_input(self) -> None:
        """Take in what the client has sent, up to the end of one request."""
        try:
            while not (self._closing or (self._exchange and self._exchange.body_over) or self._handler_is_full()):
                if self._is_dry and not self._feed():
                    return
                event = self._connection.next_event()
                if event is h11.NEED_DATA:
                    self._is_dry = True
                elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    self._closing = self._exchange is None
                    return
                else:
                    self._take(event)
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint, f"{error}.")
        except BadRequest as error:
            self._refuse(error.status, str(error))

    def _feed(self) -> bool:
        """Give h11 the next message, or the end of the stream; return whether there was any."""
        while self.data_ready():
            data = self.recv()
            if data:
                self._kind = type(data) if isinstance(data, bytes) else bytes
                self._connection.receive_data(data.encode("utf-8") if isinstance(data, str) else data)
                self._is_dry = False
                return True
        if self._input_over and not self._connection.trailing_data[1]:
            self._connection.receive_data(b"")
            self._is_dry = False
            return True
        return False

    def _take(self, event: Any) -> None:
        """Take an event of a request: its header, a chunk of its body, or its end."""
        if isinstance(event, h11.Request):
            self._open_exchange(event)
            return
        exchange = self._exchange
        assert exchange is not None
        if isinstance(event, h11.Data):
            exchange.body_bytes += len(event.data)
            if exchange.body_bytes > self.max_body:
                raise BadRequest(413, f"The body may have {self.max_body} bytes.")
            if exchange.handler is not None:
                self.send(self._kind(event.data), "_handleroutbox")
        elif isinstance(event, h11.EndOfMessage):
            exchange.body_over = True
            if exchange.handler is not None:
                self.send(self._body_finished, "_handlersignal")

    def _open_exchange(self, event: h11.Request) -> None:
        """Begin an exchange: make the handler of a request."""
        self._begun_at = None
        headers = headers_as_dict(event.headers)
        check_request(event, headers, self.max_header, self.max_body)
        about = {"peer": self.peer, "peerport": self.peerport, "localip": self.localip, "localport": self.localport}
        request = request_as_dict(event, headers, about)
        exchange = self._exchange = _Exchange(request, self._time())
        try:
            handler = self.create_request_handler(request)
            if isinstance(handler, dict):
                self._respond([handler], True)
            else:
                self._connect(handler)
        except Exception as error:
            self._report(
                f"{self.short_name} has no handler for {request['method']} {request['raw-uri']}; the client gets "
                f"status 500.\n{traceback_of(error)}"
            )
            self._fail(f"No handler could be made: {type(error).__name__}.")
        if not exchange.response_over and self._connection.they_are_waiting_for_100_continue:
            going_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
            self.send(self._connection.send(going_on))

    def _refuse(self, status: int, why: str) -> None:
        """Answer a request that cannot be read, or not further, and close."""
        if self._connection.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self._cut_off(why)
        page = error_page(status, why)
        page["headers"] = [("Connection", "close")]
        body = body_of(page)
        events = (response_of([page], [body], True), h11.Data(data=body), h11.EndOfMessage())
        self.send(b"".join(self._connection.send(event) or b"" for event in events))
        self._closing = True

    def _cut_off(self, why: str, last: Any = None) -> NoReturn:
        """End the connection in the middle of a response, which the client can see from its length or last chunk."""
        self._report(f"{self.short_name} closes its connection with {self.peer}:{self.peerport}. {why}")
        raise _Over(last or ProducerFinished(self))

    # -- the handler -------------------------------------------------------------------------------------------

    def _connect(self, handler: Any) -> None:
        """Link a handler with this, and activate it."""
        check_component(handler, f"a handler of {self.short_name}")
        assert self._exchange is not None
        self.add_children(handler)
        self._exchange.handler = handler
        self.link((handler, "outbox"), (self, "_handlerinbox"))
        self.link((handler, "signal"), (self, "_handlercontrol"))
        self.link((self, "_handlersignal"), (handler, "control"))
        headers = self._exchange.request["headers"]
        if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
            self.link((self, "_handleroutbox"), (handler, "inbox"))
            self._exchange.takes_body = True
        method_of(handler, "activate")(self.scheduler_in_charge)

    def _dismiss(self) -> None:
        """Part from the handler; one whose response is not over is told to end."""
        exchange = self._exchange
        if exchange is None or exchange.handler is None:
            return
        handler, exchange.handler = exchange.handler, None
        if not exchange.response_over and not is_over(handler):
            self.send(ShutdownMicroprocess(self), "_handlersignal")
        self.remove_child(handler)
        for boxname in ("_handlerinbox", "_handlercontrol"):
            for _ in self.messages(boxname):
                pass

    def _read_handler(self) -> None:
        """Send the client what the handler has sent, if there is room."""
        exchange = self._exchange
        if exchange is None or exchange.handler is None or self._closing or self._client_is_full():
            return
        handler = exchange.handler
        if not (self.data_ready("_handlerinbox") or self.data_ready("_handlercontrol") or is_over(handler)):
            return
        for message in self.messages("_handlercontrol"):
            exchange.handler_ended |= isinstance(message, (ProducerFinished, ShutdownMicroprocess))
        is_last = exchange.handler_ended = exchange.handler_ended or is_over(handler)
        parts = list(self.messages("_handlerinbox"))
        if (error := task_of(handler).error) is not None:
            self._fail(f"{name_in_task(handler)} failed: {type(error).__name__}.")
        elif is_last and not parts and self._connection.our_state is h11.SEND_RESPONSE:
            self._report(f"{name_in_task(handler)} ended without a response; the client gets status 500.")
            self._fail(f"{name_in_task(handler)} ended without a response.")
        elif parts or is_last:
            try:
                self._respond(parts, is_last)
            except (BadResponse, h11.LocalProtocolError) as wrong:
                self._report(f"{name_in_task(handler)} did not send a valid response: {wrong}")
                self._fail(f"{name_in_task(handler)} did not send a valid response.")

    def _respond(self, parts: list[Any], is_last: bool) -> None:
        """Send parts of a response, with its header before the first."""
        exchange, send = self._exchange, self._connection.send
        assert exchange is not None
        bodies = [body_of(part) for part in parts]
        output: list[bytes | None] = []
        if self._connection.our_state is h11.SEND_RESPONSE:
            response = response_of(parts, bodies, is_last)
            exchange.has_body = exchange.request["method"] != "HEAD" and response.status_code not in (204, 304)
            output.append(send(response))
        if exchange.has_body:
            output += [send(h11.Data(data=body)) for body in bodies if body]
        if is_last:
            output.append(send(h11.EndOfMessage()))
        if data := b"".join(filter(None, output)):
            self.send(data)
        if is_last:
            exchange.response_over = True
            self._dismiss()

    def _fail(self, why: str) -> None:
        """Answer with status 500, or cut the client off if it has had a part of the response."""
        if self._connection.our_state is not h11.SEND_RESPONSE:
            self._cut_off(why)
        self._respond([error_page(500, why)], True)

    # -- waiting -----------------------------------------------------------------------------------------------

    def _next_exchange(self) -> bool:
        """End the exchange if it is over; return whether there is something to do at once: to close, or to read."""
        exchange = self._exchange
        if exchange is None or not (exchange.response_over and exchange.body_over):
            return False
        self._exchange = None
        if self._connection.our_state is h11.DONE and self._connection.their_state is h11.DONE:
            self._connection.start_next_cycle()
            self._is_dry = not any(self._connection.trailing_data)
            self._idle_since = self._time()
            return not self._is_dry or self.data_ready() > 0 or self._input_over
        self._closing = True
        return True

    def _wait(self) -> bool:
        """Pause until something comes or a time is up; return False if one is."""
        now = self._time()
        is_full = self._client_is_full()
        self.attend_collection(is_full or self._handler_is_full())
        left = self._time_left(now)
        if left <= 0:
            self._time_out()
            return False
        if is_full:
            untaken = len(self._output)
            if untaken != self._untaken[0] or not self._untaken[1]:
                self._untaken = (untaken, now)
            patience = self._untaken[1] + self.timeout - now
            if patience <= 0:
                why = f"It has taken nothing of its response for {self.timeout:g} s (timeout)."
                self._cut_off(why, ShutdownMicroprocess(self))
            left = min(left, patience)
        if left < math.inf:
            self._set_timer(now + left)
        self.pause()
        return True

    def _set_timer(self, when: float) -> None:
        """Be woken at this time, or before: a timer that is due before is kept, so most requests need none."""
        if self._timer is not None and self._timer.callback is not None:
            if self._timer.when <= when:
                return
            self._timer.cancel()
        assert self._task.scheduler is not None
        self._timer = self._task.scheduler.call_at(when, lambda: self.wake("its timer"), self)

    def _time_left(self, now: float) -> float:
        """Return for how many seconds it waits for the client to send something."""
        exchange = self._exchange
        if exchange is not None:
            if exchange.body_over or self._handler_is_full():
                return math.inf
            return exchange.since + self.timeout + exchange.body_bytes / self.min_rate - now
        begun = len(self._connection.trailing_data[0])
        if not begun:
            return self._idle_since + self.idle - now
        if self._begun_at is None:
            self._begun_at = now
        return self._begun_at + self.timeout + begun / self.min_rate - now

    def _time_out(self) -> None:
        """End the connection with a client that has sent nothing, or too slowly."""
        if self._exchange is None and self._begun_at is None:
            self._closing = True
        else:
            self._refuse(408, f"The request took more than {self.timeout:g} s.")

    def _client_is_full(self) -> bool:
        """Return whether the client takes its response more slowly than it is made."""
        target = self._output.target
        return len(target.items) >= (OUTPUT_AHEAD if target.limit is None else min(OUTPUT_AHEAD, target.limit))

    def _handler_is_full(self) -> bool:
        exchange = self._exchange
        return exchange is not None and exchange.takes_body and self.outboxes["_handleroutbox"].is_full()

    def _time(self) -> float:
        assert self._task.scheduler is not None
        return self._task.scheduler.time()

    def _report(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        scheduler.world.report(text)
