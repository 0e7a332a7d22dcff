"""TLS over a connection of the real network, without blocking.

Python's ssl module does the cryptography between two buffers in memory (``SSLObject``); this carries what is in them
from and to the connection. So the socket below stays the network's own, with its place in the poller, and a handshake
is a few calls between which the lab runs.

``send`` keeps the promise of a socket: it returns how many bytes were taken once all that they became has gone to the
operating system. If that has no room, it raises BlockingIOError, and wants the same bytes again.

A recorded lab records what is above TLS, as every handshake is different: a replay needs no certificate and no key.

Rejected: ``ssl.SSLSocket``, which takes the descriptor away from the network's socket; and a handshake in a thread,
whose end would have no place among the slices.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable
from socket import SHUT_RD
from typing import Any

from .errors import HandshakeFailed, UntrustedCertificate, WrongHost, reason_of
from .interface import READ, WRITE, Connection, TLSClient

#: How many bytes to read from the connection at once, and how many to encrypt at once.
CHUNK = 65536
RECORD = 16384

#: The codes with which OpenSSL says that a certificate is for another name or address.
_OTHER_HOST = (62, 64)


class TLSConnection:
    """The client's end of a connection with TLS; it behaves like a non-blocking socket.

    Args:
        sock: the connection; it belongs to this from now on.
        client: who asks for TLS, for which host, and whom it trusts.
        unwatch: called with this when it is closed.
    """

    def __init__(self, sock: Connection, client: TLSClient, unwatch: Callable[[Any], Any]) -> None:
        self._sock: Any = sock
        self._unwatch = unwatch
        self._client = client
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = client.context if client.context is not None else ssl.create_default_context()
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=client.host)
        except ValueError as error:
            raise HandshakeFailed(f"{self._whose()} cannot begin: {error}") from None
        self._unsent = b""
        self._taken = 0
        self._arrived = bytearray()
        self._notified = False
        self.fileno = self._sock.fileno
        self.getpeername = self._sock.getpeername
        self.getsockname = self._sock.getsockname
        self.getsockopt = self._sock.getsockopt

    def close(self) -> None:
        """Close it at once and stop watching it. A second time does nothing."""
        self._unwatch(self)
        self._sock.close()

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks."""

    # -- the handshake -----------------------------------------------------------------------------------------

    def handshake(self) -> int:
        """Do what can be done of the handshake; return what it waits for, READ or WRITE, or 0 once it is done.

        Raises:
            UntrustedCertificate: no authority that the client trusts has signed the server's certificate.
            WrongHost: its certificate is for another host.
            HandshakeFailed: any other reason.
        """
        try:
            while True:
                try:
                    self._tls.do_handshake()
                except ssl.SSLWantReadError:
                    if not self._push():
                        return WRITE
                    if not self._fill():
                        return READ
                else:
                    return 0 if self._push() else WRITE
        except OSError as error:  # an ssl.SSLError is one
            raise self._explained(error) from None

    def _explained(self, error: OSError) -> HandshakeFailed:
        if isinstance(error, ssl.SSLError):
            self._push_alert()
        whose, host = self._whose(), self._client.host
        if isinstance(error, ssl.SSLCertVerificationError):
            if error.verify_code in _OTHER_HOST:
                return WrongHost(
                    f"{whose} has failed: the server's certificate is not for {host!r} ({error.verify_message}). "
                    "Connect to it by a name that its certificate has."
                )
            return UntrustedCertificate(
                f"{whose} has failed: the certificate of {host!r} is not trusted: {error.verify_message}. If it is "
                "signed by an authority of your own: context=ssl.create_default_context(cafile='authority.pem')."
            )
        if isinstance(error, ssl.SSLEOFError):
            return HandshakeFailed(f"{whose} has failed: the server closed the connection.")
        if isinstance(error, ssl.SSLError):
            why = (error.reason or str(error)).replace("_", " ").lower()
            return HandshakeFailed(f"{whose} has failed: {why}. Does its server speak TLS at that port?")
        return HandshakeFailed(f"{whose} has failed: the connection broke ({reason_of(error)}).")

    def _whose(self) -> str:
        return f"the TLS handshake of {self._client.name} with {self._client.host}"

    def _push_alert(self) -> None:
        """Tell the server why, if that is possible at once."""
        try:
            self._push()
        except OSError:
            pass

    # -- bytes -------------------------------------------------------------------------------------------------

    def recv(self, size: int, /) -> bytes:
        """Return the bytes that came, ``b""`` once the server has said that no more will; raise BlockingIOError."""
        if self._arrived:
            data, self._arrived = bytes(self._arrived[:size]), self._arrived[size:]
            return data
        while (found := self._read(size)) is None:
            if not self._fill():
                raise BlockingIOError(errno.EAGAIN, "nothing has come")
        return found

    def _read(self, size: int) -> bytes | None:
        """Return decrypted bytes, ``b""`` at the end, ``None`` if more has to come first."""
        try:
            return self._tls.read(size)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLEOFError:
            raise OSError(
                errno.EPROTO, "it was closed without TLS's close_notify, so the end of the data may be missing"
            ) from None
        except ssl.SSLError as error:
            raise _broken(error) from None

    def send(self, data: Any, /) -> int:
        """Return how many bytes were taken; raise BlockingIOError if there is no room, and want the same again."""
        if not data:
            return 0
        if not self._taken:
            try:
                self._taken = self._tls.write(data[:RECORD])
            except ssl.SSLError as error:
                raise _broken(error) from None
        if not self._push():
            raise BlockingIOError(errno.EAGAIN, "there is no room")
        taken, self._taken = self._taken, 0
        return taken

    def shutdown(self, how: int, /) -> None:
        """End one direction or both; close_notify tells the server that nothing was cut off.

        Raises:
            BlockingIOError: there is no room for close_notify; call it again.
        """
        if how != SHUT_RD:
            if not self._notified:
                self._notify()
            if not self._push():
                raise BlockingIOError(errno.EAGAIN, "there is no room")
        self._sock.shutdown(how)

    def _notify(self) -> None:
        self._notified = True
        while data := self._read_early():
            self._arrived += data
        try:
            self._tls.unwrap()
        except (ssl.SSLError, ValueError):
            pass  # the server's close_notify is still to come, or there was no handshake

    def _read_early(self) -> bytes | None:
        """Return what has come and was not read: OpenSSL drops it when it says close_notify."""
        try:
            return self._read(CHUNK)
        except OSError:
            return None

    def _push(self) -> bool:
        """Send what is encrypted; return whether all of it has gone."""
        self._unsent += self._outgoing.read()
        while self._unsent:
            try:
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
            except BlockingIOError:
                return False
        return True

    def _fill(self) -> bool:
        """Receive what has come; return False if nothing has."""
        try:
            data = self._sock.recv(CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return True


def _broken(error: ssl.SSLError) -> OSError:
    return OSError(errno.EPROTO, f"TLS: {(error.reason or str(error)).replace('_', ' ').lower()}")
