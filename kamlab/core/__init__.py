"""The engine: boxes, components, threads, scheduler, clock, services, trace.

Nothing in here imports a socket, asyncio, a widget or IPython, so the whole engine can be tested
and reasoned about without them. Whatever reaches outside the process comes in through a *door*: a
small interface with several ways behind it (see :mod:`kamlab.core.clock`, :mod:`kamlab.core.choice`,
:mod:`kamlab.core.idle`).
"""
