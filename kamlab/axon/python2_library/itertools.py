"""The module itertools of Python 2: zip, map and filter are iterators themselves now.

>>> list(izip("ab", [1, 2])), list(imap(str.upper, "ab"))
([('a', 1), ('b', 2)], ['A', 'B'])
"""

from __future__ import annotations

import itertools as _itertools
from itertools import *  # noqa: F403

ifilter, imap, izip = filter, map, zip
ifilterfalse = _itertools.filterfalse
izip_longest = _itertools.zip_longest
