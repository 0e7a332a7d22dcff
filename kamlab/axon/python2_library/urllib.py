"""The module urllib of Python 2, whose functions are in its submodules now.

>>> quote("a b"), urlencode({"x": 1})
('a%20b', 'x=1')
"""

from __future__ import annotations

from urllib import error, parse, request
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlencode
from urllib.request import pathname2url, url2pathname, urlcleanup, urlopen, urlretrieve

__all__ = ["error", "parse", "pathname2url", "quote", "quote_plus", "request", "unquote", "unquote_plus"]
__all__ += ["url2pathname", "urlcleanup", "urlencode", "urlopen", "urlretrieve"]
