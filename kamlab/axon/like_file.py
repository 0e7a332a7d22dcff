"""``Axon.LikeFile.likefile``: :class:`kamlab.LikeFile` with the old keywords and methods."""

from __future__ import annotations

from collections.abc import Iterable

from kamlab.core.component import Component
from kamlab.like_file import LikeFile

from .background import runs_slowly


class likefile(LikeFile):
    """Wraps a component and activates it; see :class:`kamlab.LikeFile`.

    >>> from kamlab import Lab
    >>> from kamlab.axon.like_file import likefile
    >>> from kamlab.parts import PassThrough
    >>> with Lab() as lab:
    ...     p = likefile(PassThrough(), extraInboxes=(), wrapDefault=True)
    ...     p.put("hello")
    ...     _ = lab.run()
    ...     p.anyReady(), p.get()
    (['outbox'], 'hello')
    """

    __module__ = "Axon.LikeFile"

    def __init__(
        self,
        child: Component,
        extraInboxes: str | Iterable[str] = (),
        extraOutboxes: str | Iterable[str] = (),
        wrapDefault: bool = True,
    ) -> None:
        super().__init__(child, extraInboxes, extraOutboxes, wrapDefault)

    anyReady = LikeFile.any_ready
    #: The names of the earliest version.
    recv = LikeFile.get
    send = LikeFile.put

    def activate(self) -> likefile:
        """Do nothing: it is active from the beginning. The earliest version was not."""
        return self

    def _runs(self) -> bool:
        scheduler = self.handle.scheduler_in_charge
        return super()._runs() or (scheduler is not None and runs_slowly(scheduler.world))
