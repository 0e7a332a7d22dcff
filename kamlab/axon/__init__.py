"""The cookbook's spelling: ``Axon.*`` and ``Kamaelia.*``, served by kamlab's own classes.

>>> import kamlab.axon
>>> kamlab.axon.install()
>>> from Kamaelia.Chassis.Pipeline import Pipeline
>>> from Axon.Component import component
>>> issubclass(Pipeline, component)
True
>>> kamlab.axon.uninstall()

Nothing is copied from those packages. :mod:`kamlab.axon.table` lists what is offered under which path. Components of
both spellings can be linked to each other, because they are the same classes.
"""

from __future__ import annotations

from .exceptions import RealPackagesImported
from .finder import install, installed, uninstall

__all__ = ["RealPackagesImported", "install", "installed", "uninstall"]
