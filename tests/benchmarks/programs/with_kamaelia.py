"""Run a Kamaelia server by Kamaelia itself, on the loopback interface.

    python with_kamaelia.py PROGRAM [ARGUMENT ...]

The released TCPServer listens on every interface and lets five connections wait. Here it listens on
127.0.0.1 and lets 128 wait, so that a thousand clients can connect at all.
"""

import runpy
import sys

from Kamaelia.Internet.TCPServer import TCPServer

as_released = TCPServer.makeTCPServerPort


def on_loopback(self, suppliedport=None, maxlisten=5):
    """Listen as the released one does, but on 127.0.0.1 and with a longer queue."""
    return as_released(self, suppliedport, HOST="127.0.0.1", maxlisten=128)


TCPServer.makeTCPServerPort = on_loopback
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
