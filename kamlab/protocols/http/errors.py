"""The errors of HTTP::

KamlabError
├── BadResponse     (ValueError)    a handler sent something that is no part of a response
├── BadURL          (ValueError)    a client was given a URL that it cannot fetch
├── FetchFailed                     a client could not fetch a URL
└── BadRequest                      a request is refused, with a status code; clients see it as an error page
"""

from __future__ import annotations

from kamlab.core.errors import KamlabError

__all__ = ["BadRequest", "BadResponse", "BadURL", "FetchFailed"]


class BadResponse(KamlabError, ValueError):
    """A handler sent something that is no part of a response; the client gets a page with status 500.

    >>> from kamlab.protocols.http.responses import body_of
    >>> try:
    ...     body_of({"data": 42})
    ... except BadResponse as error:
    ...     print(error)
    the 'data' of a response is str (sent as UTF-8) or bytes, not int
    """


class BadURL(KamlabError, ValueError):
    """A client was given a URL that it cannot fetch.

    >>> import contextlib, io
    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.http import SingleShotHTTPClient
    >>> with Lab(clock="virtual") as lab, contextlib.redirect_stderr(io.StringIO()):
    ...     client = Handle(SingleShotHTTPClient("https://foo.bar.com/")).activate()
    ...     _ = lab.run()
    ...     print(client.get("signal").message)
    cannot fetch 'https://foo.bar.com/': only http:// is supported, without TLS
    """


class FetchFailed(KamlabError):
    """A client could not fetch a URL, or not all of it; ``url`` is what it fetched.

    >>> FetchFailed("http://foo.bar.com/", "no answer").url
    'http://foo.bar.com/'
    """

    def __init__(self, url: str, text: str) -> None:
        super().__init__(text)
        self.url = url


class BadRequest(KamlabError):
    """A request that a server refuses; ``status`` is the status code of its answer.

    >>> BadRequest(431, "the header is too long").status
    431
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
