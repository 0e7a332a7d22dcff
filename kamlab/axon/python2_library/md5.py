"""The module md5 of Python 2, which takes text as well as bytes.

>>> new("text").hexdigest() == new(b"text").hexdigest() == "1cb251ec0d568de6a929b520c4aed8d1"
True
"""

from __future__ import annotations

import hashlib
from typing import Any


def new(data: Any = b"") -> Any:
    """Return a hash of data, text as UTF-8; more can be added with ``update``, as bytes."""
    return hashlib.md5(data.encode() if isinstance(data, str) else data, usedforsecurity=False)


md5 = new
