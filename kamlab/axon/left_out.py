"""What of Kamaelia kamlab leaves out on purpose: why, and what to use instead."""

from __future__ import annotations

_GRAPHICS = "kamlab draws nothing of its own and has no pygame, Tk or OpenGL components"
_MEDIA = "kamlab has no codecs, sound or video"
_DVB = "kamlab has no receiver of digital television"
_GRAPH = "To see a system, draw it by lab.graph(), or have Kamaelia.Util.Introspector send its topology as text"
_HANDLE = "In a notebook, connect widgets to a system by a Handle"
_BYTES = "A file or a stream of bytes goes through kamlab's readers, rate limits and TCP components as it is"

#: Reasons and what to use instead, by the path of a module that stands for all those below it.
LEFT_OUT: dict[str, tuple[str, str]] = {
    "Axon.experimental": ("a lab runs in one process", "A ThreadedComponent runs code that blocks"),
    "Kamaelia.Apps": ("kamlab has no applications of Kamaelia's, only the parts in Apps.SA", ""),
    "Kamaelia.Audio": (_MEDIA, _BYTES),
    "Kamaelia.Automata": (_GRAPHICS, _HANDLE),
    "Kamaelia.Codec": (_MEDIA, _BYTES),
    "Kamaelia.Device": (_DVB, _BYTES),
    "Kamaelia.Protocol.AIM": ("the service behind it ended in 2017", "Kamaelia.Protocol.IRC is a protocol for chats"),
    "Kamaelia.Protocol.AudioCookieProtocol": (_MEDIA, "FortuneCookieProtocol does the same with text"),
    "Kamaelia.Protocol.SimpleVideoCookieServer": (_MEDIA, "FortuneCookieProtocol does the same with text"),
    "Kamaelia.Protocol.Torrent": ("kamlab has no BitTorrent, nor has the released Kamaelia", ""),
    "Kamaelia.Support.DVB": (_DVB, _BYTES),
    "Kamaelia.Support.Particles": (_GRAPHICS, _GRAPH),
    "Kamaelia.Support.PyMedia": (_MEDIA, _BYTES),
    "Kamaelia.Support.Tk": (_GRAPHICS, _HANDLE),
    "Kamaelia.UI": (_GRAPHICS, f"{_HANDLE}. {_GRAPH}"),
    "Kamaelia.Video": (_MEDIA, _BYTES),
    "Kamaelia.Visualisation": (_GRAPHICS, _GRAPH),
    "Kamaelia.vorbisDecodeComponent": (_MEDIA, _BYTES),
}


def why_left_out(path: str) -> str | None:
    """Return the sentences on a module that is left out on purpose, or ``None``.

    >>> why_left_out("Kamaelia.Protocol.AIM.AIMHarness")
    'the service behind it ended in 2017. Kamaelia.Protocol.IRC is a protocol for chats.'
    """
    parts = path.split(".")
    for length in range(len(parts), 1, -1):
        found = LEFT_OUT.get(".".join(parts[:length]))
        if found is not None:
            return ". ".join(part for part in found if part) + "."
    return None
