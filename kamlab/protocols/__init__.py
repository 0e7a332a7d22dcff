"""Protocols over the network's components: HTTP, IRC, reliable multicast."""
