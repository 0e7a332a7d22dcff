"""The exercises of the course, one module each: ``from kamlab.teach.exercises import lost_update``.

A module holds the ``check`` of its exercise, and what the exercise is about. No solution is in here.
"""
