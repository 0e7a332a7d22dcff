"""The simulated network: TCP and UDP in memory, with latency, loss, resets, fragmentation and partitions.

:class:`Simulated` says what the network is like; :class:`SimulatedNetwork` is the network. A user's own end of a
connection is a :class:`Peer`, a user's own server a :class:`PeerListener`, a user's own UDP socket a
:class:`DatagramPeer`.
"""

from __future__ import annotations

from .datagram_peer import DatagramPeer
from .network import Simulated, SimulatedNetwork, play_network_act
from .peer import Peer, PeerListener

__all__ = ["DatagramPeer", "Peer", "PeerListener", "Simulated", "SimulatedNetwork", "play_network_act"]
