"""The module types of Python 2, which names the built-in types.

>>> isinstance([], ListType), isinstance("text", StringTypes)
(True, True)
"""

from __future__ import annotations

from types import *  # noqa: F403

BooleanType, ComplexType, DictType, DictionaryType, FileType = bool, complex, dict, dict, object
FloatType, IntType, ListType, LongType = float, int, list, int
ObjectType, SliceType, StringType, TupleType, TypeType, UnicodeType = object, slice, str, tuple, type, str
StringTypes = (str, bytes)
ClassType, InstanceType = type, object
