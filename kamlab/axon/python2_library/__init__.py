"""Modules of Python's library with the functions that they had in Python 2, for listings that use those.

:mod:`kamlab.axon.python2_names` has a listing import these instead of Python's own, and only if it uses such a
function. Each module has everything that Python's own module of that name has.
"""
