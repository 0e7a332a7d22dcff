"""Inboxes, source, timeline and story of the panel, in a bare page."""
