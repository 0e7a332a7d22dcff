"""The engine: boxes, components, threads, scheduler, clock, services, trace.

Nothing in here imports a socket, asyncio, a widget or IPython, so the whole engine can be tested
and reasoned about without them. Everything outside the process is behind a small interface with several
implementations (see :mod:`kamlab.core.clock`, :mod:`kamlab.core.choice`, :mod:`kamlab.core.idle`).
"""
