"""Protocols of the internet as components, on top of the network in :mod:`kamlab.net`."""
